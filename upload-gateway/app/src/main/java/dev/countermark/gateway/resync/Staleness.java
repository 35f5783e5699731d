package dev.countermark.gateway.resync;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.InForce;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.State;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import java.util.List;
import java.util.Optional;

/**
 * Whether signers would change a package, by its record alone. Who goes over packages in the order
 * of their keys asks for the keys of each repository once. Used by one thread at a time, and for a
 * short while: keys are rotated and revoked.
 */
final class Staleness {
  private final GatewayFormats formats;
  private final KeyClient keys;
  private String of = "";
  private List<PublicKeyVersion> versions = List.of();

  Staleness(GatewayFormats formats, KeyClient keys) {
    this.formats = formats;
    this.keys = keys;
  }

  /**
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
    if (version == 0) {
      return false; // somebody else's is left as it is
    }
    if (mode == ResyncMode.RESIGN_ALL) {
      return true;
    }
    Optional<PublicKeyVersion> key =
        versions(record.repository(), format).stream()
            .filter(v -> v.version() == version)
            .findFirst();
    boolean follows =
        formats.find(format.label()).filter(GatewayFormat::followsCurrentKey).isPresent();
    return key.isEmpty()
        || key.get().revokedAt().isPresent()
        || !key.get().current() && (follows || mode == ResyncMode.ROTATE_ARCHIVE);
  }

  private List<PublicKeyVersion> versions(RepositoryName repository, Format<?, ?> format) {
    String wanted = repository + " " + format.label();
    if (!wanted.equals(of)) {
      versions = keys.versions(repository, new Purpose(format.label()));
      of = wanted;
    }
    return versions;
  }
}
