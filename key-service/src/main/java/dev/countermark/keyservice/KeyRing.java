package dev.countermark.keyservice;

import dev.countermark.keys.KeyClient.PublicKeyVersion;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All versions of one key as the bucket had them at one moment.
 *
 * @param records version 1 first, without holes, at least one
 * @param revocations by version
 */
record KeyRing(List<KeyRecord> records, Map<Integer, Revocation> revocations) {
  KeyRing {
    records = List.copyOf(records);
    revocations = Map.copyOf(revocations);
  }

  /** The one that signs: the highest of those that are active; the first always is. */
  KeyRecord current(Instant now) {
    for (int i = records.size() - 1; i > 0; i--) {
      if (records.get(i).isActive(now)) {
        return records.get(i);
      }
    }
    return records.get(0);
  }

  /** The highest, be it active or only announced. */
  KeyRecord newest() {
    return records.get(records.size() - 1);
  }

  boolean isRevoked(KeyRecord record) {
    return revocations.containsKey(record.version());
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
