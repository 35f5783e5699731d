package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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

  /**
   * Who certified a key, and from when on it signs.
   *
   * @param certificates DER, that of the key first; may be empty
   */
  record Terms(List<Bytes> certificates, Optional<Instant> activeFrom) {
    static final Terms NONE = new Terms(List.of(), Optional.empty());
  }

  /** When a key was made, and which caller had it made. */
  record Origin(Instant createdAt, String createdBy) {}

  /** A new version of a key, ready to be stored. */
  KeyRecord seal(SigningKey key, KeyScope scope, int version, Origin origin, Terms terms) {
    Binding binding = binding(key.algorithm(), scope, version, key.fingerprint(), origin, terms);
    Sealed sealed = seal(key, binding);
    return new KeyRecord(
        KeyRecord.FORMAT,
        scope.repository(),
        scope.purpose().label(),
        version,
        key.algorithm(),
        key.spki(),
        key.fingerprint(),
        origin.createdAt(),
        origin.createdBy(),
        root.id(),
        sealed.wrappedDataKey(),
        sealed.encryptedPrivateKey(),
        terms.certificates(),
        terms.activeFrom());
  }

  /**
   * @param scope whose key the caller wants; what the record says of itself is not believed
   * @throws KeyServiceException {@code RECORD_UNUSABLE}: another root secret, another format, or a
   *     record that was altered or moved
   */
  SigningKey open(KeyRecord record, KeyScope scope, int version) {
    String where = scope + " version " + version;
    if (record.format() != KeyRecord.FORMAT) {
      throw unusable(where + " has format " + record.format(), null);
    }
    SigningKey key =
        open(
            where,
            record.algorithm(),
            record.rootId(),
            new Sealed(record.wrappedDataKey(), record.encryptedPrivateKey()),
            binding(
                record.algorithm(),
                scope,
                version,
                record.fingerprint(),
                new Origin(record.createdAt(), record.createdBy()),
                new Terms(record.certificates(), record.activeFrom())));
    if (!key.spki().equals(record.spki()) || !key.fingerprint().equals(record.fingerprint())) {
      throw unusable(where + " does not hold the key that it announces", null);
    }
    return key;
  }

  /** A private key under a data key, and that under the root. */
  record Sealed(Bytes wrappedDataKey, Bytes encryptedPrivateKey) {}

  /** What a sealed key belongs to: it opens for nothing else. */
  @FunctionalInterface
  interface Binding {
    /**
     * @param part which of the two ciphertexts
     */
    byte[] aad(String part);
  }

  /** Encrypts a private key. */
  Sealed seal(SigningKey key, Binding binding) {
    byte[] dataKey = new byte[DATA_KEY_LENGTH];
    byte[] secret = key.secret();
    try {
      random.nextBytes(dataKey);
      return new Sealed(
          encrypt(root.wrappingKey(), dataKey, binding.aad("data key")),
          encrypt(dataKey, secret, binding.aad("private key")));
    } finally {
      Arrays.fill(dataKey, (byte) 0);
      Arrays.fill(secret, (byte) 0);
    }
  }

  /**
   * Decrypts a private key.
   *
   * @param where for messages
   * @throws KeyServiceException {@code RECORD_UNUSABLE}
   */
  SigningKey open(String where, String algorithm, String rootId, Sealed sealed, Binding binding) {
    if (!root.id().equals(rootId)) {
      throw unusable(
          where + " is wrapped by root secret " + rootId + ", configured is " + root.id(), null);
    }
    byte[] dataKey = new byte[0];
    byte[] secret = new byte[0];
    try {
      dataKey = decrypt(root.wrappingKey(), sealed.wrappedDataKey(), binding.aad("data key"));
      secret = decrypt(dataKey, sealed.encryptedPrivateKey(), binding.aad("private key"));
      return SigningKey.of(algorithm, secret);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw unusable(where + " was altered, or belongs elsewhere", e);
    } finally {
      Arrays.fill(dataKey, (byte) 0);
      Arrays.fill(secret, (byte) 0);
    }
  }

  /** Which root secret seals. */
  String rootId() {
    return root.id();
  }

  private static KeyServiceException unusable(String detail, Throwable cause) {
    return new KeyServiceException(
        KeyServiceException.Code.RECORD_UNUSABLE, "key record of " + detail, cause);
  }

  private static Binding binding(
      String algorithm,
      KeyScope scope,
      int version,
      String fingerprint,
      Origin origin,
      Terms terms) {
    StringBuilder about = new StringBuilder();
    about.append("\nalgorithm=").append(algorithm);
    about.append("\nrepository=").append(scope.repository());
    about.append("\npurpose=").append(scope.purpose().label());
    about.append("\nversion=").append(version);
    about.append("\nfingerprint=").append(fingerprint);
    about.append("\ncreated=").append(origin.createdAt());
    about.append("\nby=").append(origin.createdBy()).append('\n');
    for (Bytes certificate : terms.certificates()) {
      about.append("certificate=").append(Hashes.sha256Hex(certificate.toArray())).append('\n');
    }
    terms.activeFrom().ifPresent(from -> about.append("active=").append(from).append('\n'));
    return part ->
        ("countermark key record\nformat=" + KeyRecord.FORMAT + "\npart=" + part + about)
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
