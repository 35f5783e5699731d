package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts private keys for the bucket and decrypts them: AES-256-GCM under a data key of its own
 * per record, the data key in turn under the root. Both are bound to repository, purpose, version,
 * public key and origin, so that a record that was moved, swapped or mixed from two does not open.
 */
final class KeyEnvelope {
  private static final int DATA_KEY_LENGTH = 32;
  private static final int NONCE_LENGTH = 12;
  private static final int TAG_BITS = 128;

  private final RootSecret root;
  private final SecureRandom random;

  KeyEnvelope(RootSecret root, SecureRandom random) {
    this.root = root;
    this.random = random;
  }

  /** A new version of a key, ready to be stored. */
  KeyRecord seal(EcdsaKey key, KeyScope scope, int version, Instant createdAt, String createdBy) {
    byte[] dataKey = new byte[DATA_KEY_LENGTH];
    byte[] scalar = key.privateScalar();
    try {
      random.nextBytes(dataKey);
      String fingerprint = key.fingerprint();
      String about = about(fingerprint, createdAt, createdBy);
      Bytes wrapped = encrypt(root.wrappingKey(), dataKey, aad("data key", scope, version, about));
      Bytes encrypted = encrypt(dataKey, scalar, aad("private key", scope, version, about));
      return new KeyRecord(
          KeyRecord.FORMAT,
          scope.repository(),
          scope.purpose().path(),
          version,
          KeyRecord.ALGORITHM,
          key.spki(),
          fingerprint,
          createdAt,
          createdBy,
          root.id(),
          wrapped,
          encrypted);
    } finally {
      Arrays.fill(dataKey, (byte) 0);
      Arrays.fill(scalar, (byte) 0);
    }
  }

  /**
   * @param scope whose key the caller wants; what the record says of itself is not believed
   * @throws KeyServiceException {@code RECORD_UNUSABLE}: another root secret, another format, or a
   *     record that was altered or moved
   */
  EcdsaKey open(KeyRecord record, KeyScope scope, int version) {
    String where = scope + " version " + version;
    if (record.format() != KeyRecord.FORMAT || !KeyRecord.ALGORITHM.equals(record.algorithm())) {
      throw unusable(where + " has format " + record.format() + " " + record.algorithm(), null);
    }
    if (!root.id().equals(record.rootId())) {
      throw unusable(
          where + " is wrapped by root secret " + record.rootId() + ", configured is " + root.id(),
          null);
    }
    byte[] dataKey = new byte[0];
    byte[] scalar = new byte[0];
    String about = about(record.fingerprint(), record.createdAt(), record.createdBy());
    try {
      dataKey =
          decrypt(
              root.wrappingKey(), record.wrappedDataKey(), aad("data key", scope, version, about));
      scalar =
          decrypt(dataKey, record.encryptedPrivateKey(), aad("private key", scope, version, about));
      EcdsaKey key = EcdsaKey.of(scalar);
      if (!key.spki().equals(record.spki()) || !key.fingerprint().equals(record.fingerprint())) {
        throw unusable(where + " does not hold the key that it announces", null);
      }
      return key;
    } catch (GeneralSecurityException e) {
      throw unusable(where + " was altered, or belongs elsewhere", e);
    } finally {
      Arrays.fill(dataKey, (byte) 0);
      Arrays.fill(scalar, (byte) 0);
    }
  }

  private static KeyServiceException unusable(String detail, Throwable cause) {
    return new KeyServiceException(
        KeyServiceException.Code.RECORD_UNUSABLE, "key record of " + detail, cause);
  }

  private static String about(String fingerprint, Instant createdAt, String createdBy) {
    return "fingerprint=" + fingerprint + "\ncreated=" + createdAt + "\nby=" + createdBy + "\n";
  }

  private static byte[] aad(String part, KeyScope scope, int version, String about) {
    return ("countermark key record\nformat="
            + KeyRecord.FORMAT
            + "\npart="
            + part
            + "\nalgorithm="
            + KeyRecord.ALGORITHM
            + "\nrepository="
            + scope.repository()
            + "\npurpose="
            + scope.purpose().path()
            + "\nversion="
            + version
            + "\n"
            + about)
        .getBytes(StandardCharsets.UTF_8);
  }

  private Bytes encrypt(byte[] key, byte[] plain, byte[] aad) {
    try {
      byte[] nonce = new byte[NONCE_LENGTH];
      random.nextBytes(nonce);
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key, nonce, aad);
      byte[] sealed = Arrays.copyOf(nonce, NONCE_LENGTH + cipher.getOutputSize(plain.length));
      cipher.doFinal(plain, 0, plain.length, sealed, NONCE_LENGTH);
      return Bytes.of(sealed);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES/GCM", e);
    }
  }

  private static byte[] decrypt(byte[] key, Bytes sealed, byte[] aad)
      throws GeneralSecurityException {
    byte[] all = sealed.toArray();
    if (all.length < NONCE_LENGTH + TAG_BITS / 8) {
      throw new GeneralSecurityException(all.length + " bytes are too few");
    }
    Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, Arrays.copyOf(all, NONCE_LENGTH), aad);
    return cipher.doFinal(all, NONCE_LENGTH, all.length - NONCE_LENGTH);
  }

  private static Cipher cipher(int mode, byte[] key, byte[] nonce, byte[] aad)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(aad);
    return cipher;
  }
}
