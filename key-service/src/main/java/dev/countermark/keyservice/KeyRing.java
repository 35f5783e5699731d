package dev.countermark.keyservice;

import dev.countermark.keys.KeyClient.PublicKeyVersion;
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

  /** The one that signs: the highest. */
  KeyRecord current() {
    return records.get(records.size() - 1);
  }

  /** Oldest first. */
  List<PublicKeyVersion> published() {
    return records.stream().map(this::published).toList();
  }

  PublicKeyVersion published(KeyRecord record) {
    return new PublicKeyVersion(
        record.version(),
        record.spki(),
        record.fingerprint(),
        record.createdAt(),
        record.version() == current().version(),
        Optional.ofNullable(revocations.get(record.version())).map(Revocation::revokedAt));
  }
}
