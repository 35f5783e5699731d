package dev.countermark.gateway.resync;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.InForce;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.State;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Whether signers would change a package, by its record alone. Who goes over packages in the order
 * of their keys asks for the keys of each repository once. Used by one thread at a time, and for a
 * short while: keys are rotated and revoked.
 */
final class Staleness {
  /** Makes one for a short while. */
  @FunctionalInterface
  interface Source {
    Staleness get();
  }

  private final GatewayFormats formats;
  private final KeyClient keys;
  private final Function<RepositoryName, Optional<RepositoryRecord>> repositories;
  private Known known = new Known("", List.of(), Optional.empty());

  private Unknown unknown = new Unknown("", new IllegalStateException("nothing was asked for"));

  /** That nobody could tell. */
  private record Unknown(String of, RuntimeException why) {}

  /** What is asked for once, of all packages of a format in a repository. */
  private record Known(
      String of, List<PublicKeyVersion> versions, Optional<RepositoryRecord> repository) {}

  /**
   * @param repositories those that there are, with the settings of now
   */
  Staleness(
      GatewayFormats formats,
      KeyClient keys,
      Function<RepositoryName, Optional<RepositoryRecord>> repositories) {
    this.formats = formats;
    this.keys = keys;
    this.repositories = repositories;
  }

  /**
   * Whether a resync in a mode would change it; where a record does not tell all, as far as it
   * does.
   *
   * @throws dev.countermark.contracts.Failure when nobody can tell which keys are in force
   */
  <R extends PackageRecord<R>> boolean isStale(Format<R, ?> format, R record, ResyncMode mode) {
    if (record.state() == State.REFUSED) {
      return false; // perhaps it is signed now; nobody knows before
    }
    Optional<InForce> by = record.inForce();
    if (by.isEmpty()) {
      return true;
    }
    int version = by.get().keyVersion();
    Optional<Boolean> inOrder =
        mode == ResyncMode.ROTATE_ARCHIVE ? Optional.empty() : inOrder(format, record);
    if (version == 0 || mode == ResyncMode.ENSURE && inOrder.isPresent()) {
      return !inOrder.orElse(true); // somebody else's is left as it is
    }
    if (!inOrder.orElse(true)) {
      return true;
    }
    Optional<PublicKeyVersion> key =
        known(record.repository(), format).versions().stream()
            .filter(v -> v.version() == version)
            .findFirst();
    return key.isEmpty()
        || key.get().revokedAt().isPresent()
        // By the same key again not a byte would change.
        || !key.get().current() && mode != ResyncMode.ENSURE;
  }

  /**
   * Whether {@code ensure} certainly leaves it as it is.
   *
   * @throws dev.countermark.contracts.Failure when nobody can tell which keys are in force
   */
  <R extends PackageRecord<R>> boolean isInOrder(Format<R, ?> format, R record) {
    return record.state() == State.AVAILABLE && inOrder(format, record).orElse(false);
  }

  /** Nothing of what is left of a former repository. */
  private <R extends PackageRecord<R>, S> Optional<Boolean> inOrder(Format<R, ?> format, R record) {
    Known of = known(record.repository(), format);
    Optional<RepositoryRecord> repository = of.repository().filter(record::isOf);
    Optional<GatewayFormat<R, S>> by = formats.find(format.label()).map(Staleness::ofThat);
    if (repository.isEmpty() || by.isEmpty()) {
      return Optional.empty();
    }
    S settings = repository.get().settings(by.get().format());
    return of.versions().stream()
        .filter(PublicKeyVersion::current)
        .findFirst()
        .flatMap(current -> by.get().isInOrder(record, settings, current));
  }

  /** That of the same format: it takes its records. */
  @SuppressWarnings("unchecked")
  private static <R extends PackageRecord<R>, S> GatewayFormat<R, S> ofThat(
      GatewayFormat<?, ?> format) {
    return (GatewayFormat<R, S>) format;
  }

  private Known known(RepositoryName repository, Format<?, ?> format) {
    String wanted = repository + " " + format.label();
    if (wanted.equals(unknown.of())) {
      throw unknown.why(); // nobody waits for the same answer again and again
    }
    if (!wanted.equals(known.of())) {
      try {
        known =
            new Known(
                wanted,
                keys.versions(repository, new Purpose(format.label())),
                repositories.apply(repository));
      } catch (RuntimeException e) {
        unknown = new Unknown(wanted, e);
        throw e;
      }
    }
    return known;
  }
}
