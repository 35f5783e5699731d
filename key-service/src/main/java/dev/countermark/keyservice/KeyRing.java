package dev.countermark.keyservice;

import dev.countermark.keys.KeyClient.PublicKeyVersion;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * All versions of one key as the bucket had them at one moment.
 *
 * @param records version 1 first, without holes, at least one
 * @param revocations by version
 * @param ends of the certificates, by version; only of those that have one
 */
record KeyRing(
    List<KeyRecord> records, Map<Integer, Revocation> revocations, Map<Integer, Instant> ends) {
  KeyRing {
    records = List.copyOf(records);
    revocations = Map.copyOf(revocations);
    ends = Map.copyOf(ends);
  }

  /**
   * The one that signs: the highest of those that are active and not revoked. When all are revoked
   * the highest, which must not sign.
   */
  KeyRecord current(Instant now) {
    return highest(record -> record.isActive(now) && !isRevoked(record));
  }

  /** The one that will sign when all that is announced is in force. */
  KeyRecord heir() {
    return highest(record -> !isRevoked(record));
  }

  private KeyRecord highest(Predicate<KeyRecord> fit) {
    for (int i = records.size() - 1; i >= 0; i--) {
      if (fit.test(records.get(i))) {
        return records.get(i);
      }
    }
    return newest();
  }

  /** The highest, be it active, announced or revoked. */
  KeyRecord newest() {
    return records.get(records.size() - 1);
  }

  boolean isRevoked(KeyRecord record) {
    return revocations.containsKey(record.version());
  }

  /** When the certificate of a version ends; empty when it has none. */
  Optional<Instant> end(KeyRecord record) {
    return Optional.ofNullable(ends.get(record.version()));
  }

  /** Oldest first. */
  List<PublicKeyVersion> published(Instant now) {
    return records.stream().map(r -> published(r, now)).toList();
  }

  PublicKeyVersion published(KeyRecord record, Instant now) {
    return new PublicKeyVersion(
        record.version(),
        record.spki(),
        record.fingerprint(),
        record.createdAt(),
        record.version() == current(now).version(),
        Optional.ofNullable(revocations.get(record.version())).map(Revocation::revokedAt),
        record.certificates(),
        record.activeFrom());
  }
}
