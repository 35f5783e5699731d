package dev.countermark.gateway.wiring;

import dev.countermark.gateway.content.SpoolFolder;
import dev.countermark.gateway.content.SpoolRoom;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The one folder for pushed files of all formats, and how much of its disk they may take. */
@ApplicationScoped
class SpoolWiring {
  /** As much again stays for what else is on the disk. */
  private static final int PART_OF_FREE = 2;

  /**
   * @param folder where pushed files are examined before they are stored, on the local disk; by
   *     default in the system's temporary folder
   * @param size bytes that all files in it may take together; half of what its disk has free at the
   *     start by default
   * @param share part of them that one network address may have in more than one file, above 0 and
   *     at most 1; 1 where every client comes by the address of a proxy
   */
  @Produces
  @Singleton
  SpoolFolder spool(
      @ConfigProperty(name = "countermark.gateway.spool") Optional<Path> folder,
      @ConfigProperty(name = "countermark.gateway.spool-size") Optional<MemorySize> size,
      @ConfigProperty(name = "countermark.gateway.spool-share", defaultValue = "0.25") double share,
      MeterRegistry meters,
      Clock clock) {
    Path path =
        folder
            .orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir"), "countermark-spool"))
            .toAbsolutePath();
    try {
      SpoolFolder spool = SpoolFolder.open(path, clock, limits(path, size, share));
      spool.clean();
      measure(spool.room(), meters);
      return spool;
    } catch (IOException e) {
      throw new UncheckedIOException("countermark.gateway.spool: cannot use the folder " + path, e);
    }
  }

  private static SpoolRoom.Limits limits(Path path, Optional<MemorySize> size, double share)
      throws IOException {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "countermark.gateway.spool-share must be above 0 and at most 1, not " + share);
    }
    Path disk = path.getParent() == null ? path : Files.createDirectories(path.getParent());
    long most =
        size.map(MemorySize::asLongValue)
            .orElseGet(() -> disk.toFile().getUsableSpace() / PART_OF_FREE);
    return new SpoolRoom.Limits(most, (long) (most * share));
  }

  private static void measure(SpoolRoom room, MeterRegistry meters) {
    Gauge.builder("countermark.spool.limit", room, SpoolRoom::limit)
        .description("Bytes on the disk that pushed files may take together")
        .baseUnit("bytes")
        .register(meters);
    Gauge.builder("countermark.spool.used", room, SpoolRoom::used)
        .description("Bytes on the disk that pushed files take, or have set aside for them, now")
        .baseUnit("bytes")
        .register(meters);
  }
}
