package dev.countermark.gateway.resync;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormats;
import java.util.Optional;

/** Whom it breaks when packages are signed anew. */
final class Breakages {
  private final GatewayFormats formats;

  /**
   * @param name the package for people
   * @param remedy what whoever has it must do
   */
  record Broken(String name, String remedy) {}

  Breakages(GatewayFormats formats) {
    this.formats = formats;
  }

  /** Empty when nobody remembers what would change. */
  <R extends PackageRecord<R>> Optional<Broken> of(Format<R, ?> format, R record) {
    return breakage(format)
        .flatMap(breakage -> breakage.broken(record).map(n -> new Broken(n, breakage.remedy())));
  }

  /** That of the same format: it takes its records. */
  @SuppressWarnings("unchecked")
  private <R extends PackageRecord<R>> Optional<GatewayFormat.Breakage<R>> breakage(
      Format<R, ?> format) {
    return formats.find(format.label()).flatMap(f -> ((GatewayFormat<R, ?>) f).breakage());
  }
}
