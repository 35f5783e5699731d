package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The installation's own authority of one purpose as it lies in the bucket: written once, and
 * changed when the root secret is, in nothing but what that wraps.
 *
 * @param format {@link #FORMAT}; a reader refuses what it does not know
 * @param purpose as in addresses
 * @param algorithm as in {@link KeyRecord}
 * @param certificates DER, the authority's own first, the root last
 * @param rootId which root secret wraps the data key
 * @param wrappedDataKey as in {@link KeyRecord}
 * @param encryptedPrivateKey as in {@link KeyRecord}
 * @param root the key of the root, where the authority is an intermediate below an own root; in the
 *     same object, so that there is never one without the other
 */
record AuthorityRecord(
    int format,
    String purpose,
    String algorithm,
    List<Bytes> certificates,
    Instant createdAt,
    String rootId,
    Bytes wrappedDataKey,
    Bytes encryptedPrivateKey,
    Optional<RootKey> root) {
  static final int FORMAT = 1;

  AuthorityRecord {
    certificates = List.copyOf(certificates);
    root = root == null ? Optional.empty() : root;
  }

  /** The same with its data keys under another root secret. */
  AuthorityRecord wrapped(
      String newRootId, Bytes newWrappedDataKey, Optional<Bytes> newWrappedDataKeyOfRoot) {
    return new AuthorityRecord(
        format,
        purpose,
        algorithm,
        certificates,
        createdAt,
        newRootId,
        newWrappedDataKey,
        encryptedPrivateKey,
        root.map(
            it ->
                new RootKey(
                    it.algorithm(),
                    newWrappedDataKeyOfRoot.orElseThrow(),
                    it.encryptedPrivateKey())));
  }

  /** The members as in {@link AuthorityRecord}. */
  record RootKey(String algorithm, Bytes wrappedDataKey, Bytes encryptedPrivateKey) {}
}
