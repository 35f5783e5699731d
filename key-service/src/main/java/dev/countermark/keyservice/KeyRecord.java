package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One version of a key as it lies in the bucket: written once, and changed when the root secret is,
 * in nothing but what that wraps. The version is known from the moment this object exists; the
 * highest one that is active is the current one.
 *
 * @param format {@link #FORMAT}; a reader refuses what it does not know
 * @param purpose as in addresses
 * @param version 1 for the first
 * @param algorithm {@code ECDSA-P256} or {@code RSA}
 * @param spki DER SubjectPublicKeyInfo
 * @param fingerprint SHA-256 of {@code spki}, lower-case hexadecimal
 * @param createdBy the client whose call made it
 * @param rootId which root secret wraps the data key
 * @param wrappedDataKey AES-256-GCM of the 32-byte data key under the root: 12-byte nonce,
 *     ciphertext, 16-byte tag
 * @param encryptedPrivateKey AES-256-GCM of the private key under the data key, likewise: the
 *     32-byte scalar, or PKCS#8
 * @param certificates DER, that of the key first, the root last; empty where keys have none
 * @param activeFrom when it begins to sign, for a version that is announced before; absent: at
 *     once; {@link #UNTIL_PROMOTED} for a spare. A {@link Promotion} may say an earlier time
 */
record KeyRecord(
    int format,
    RepositoryName repository,
    String purpose,
    int version,
    String algorithm,
    Bytes spki,
    String fingerprint,
    Instant createdAt,
    String createdBy,
    String rootId,
    Bytes wrappedDataKey,
    Bytes encryptedPrivateKey,
    List<Bytes> certificates,
    Optional<Instant> activeFrom) {
  static final int FORMAT = 1;

  /** So that who knows nothing of spares takes one for announced, and never signs with it. */
  static final Instant UNTIL_PROMOTED = Instant.parse("9999-12-31T23:59:59Z");

  KeyRecord {
    certificates = certificates == null ? List.of() : List.copyOf(certificates);
    activeFrom = activeFrom == null ? Optional.empty() : activeFrom;
  }

  /** The same with its data key under another root secret. */
  KeyRecord wrapped(String newRootId, Bytes newWrappedDataKey) {
    return new KeyRecord(
        format,
        repository,
        purpose,
        version,
        algorithm,
        spki,
        fingerprint,
        createdAt,
        createdBy,
        newRootId,
        newWrappedDataKey,
        encryptedPrivateKey,
        certificates,
        activeFrom);
  }
}
