package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import java.time.Instant;

/**
 * One version of a key as it lies in the bucket: written once, never changed. The version is in
 * force from the moment this object exists; the highest version is the current one.
 *
 * @param format {@link #FORMAT}; a reader refuses what it does not know
 * @param purpose as in addresses
 * @param version 1 for the first
 * @param algorithm {@link #ALGORITHM}
 * @param spki DER SubjectPublicKeyInfo
 * @param fingerprint SHA-256 of {@code spki}, lower-case hexadecimal
 * @param createdBy the client whose call made it
 * @param rootId which root secret wraps the data key
 * @param wrappedDataKey AES-256-GCM of the 32-byte data key under the root: 12-byte nonce,
 *     ciphertext, 16-byte tag
 * @param encryptedPrivateKey AES-256-GCM of the 32-byte private scalar under the data key, likewise
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
    Bytes encryptedPrivateKey) {
  static final int FORMAT = 1;
  static final String ALGORITHM = "ECDSA-P256";
}
