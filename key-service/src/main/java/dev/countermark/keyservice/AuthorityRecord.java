package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import java.time.Instant;
import java.util.List;

/**
 * The installation's own authority of one purpose as it lies in the bucket: written once, never
 * changed.
 *
 * @param format {@link #FORMAT}; a reader refuses what it does not know
 * @param purpose as in addresses
 * @param algorithm as in {@link KeyRecord}
 * @param certificates DER, the authority's own first, the root last
 * @param rootId which root secret wraps the data key
 * @param wrappedDataKey as in {@link KeyRecord}
 * @param encryptedPrivateKey as in {@link KeyRecord}
 */
record AuthorityRecord(
    int format,
    String purpose,
    String algorithm,
    List<Bytes> certificates,
    Instant createdAt,
    String rootId,
    Bytes wrappedDataKey,
    Bytes encryptedPrivateKey) {
  static final int FORMAT = 1;

  AuthorityRecord {
    certificates = List.copyOf(certificates);
  }
}
