package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Encrypts private keys for the bucket and decrypts them: AES-256-GCM under a data key of its own
 * per record, the data key in turn under the root. Both are bound to repository, purpose, version,
 * public key and origin, so that a record that was moved, swapped or mixed from two does not open.
 */
final class KeyEnvelope {
  private static final int DATA_KEY_LENGTH = 32;

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
            binding(record, scope, version));
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
          AesGcm.encrypt(random, root.wrappingKey(), dataKey, binding.aad("data key")),
          AesGcm.encrypt(random, dataKey, secret, binding.aad("private key")));
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
      dataKey =
          AesGcm.decrypt(root.wrappingKey(), sealed.wrappedDataKey(), binding.aad("data key"));
      secret = AesGcm.decrypt(dataKey, sealed.encryptedPrivateKey(), binding.aad("private key"));
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

  /**
   * The record with its data key wrapped by this root in place of the former one; the private key
   * stays encrypted as it is.
   *
   * @throws KeyServiceException {@code RECORD_UNUSABLE}
   */
  KeyRecord rewrapped(KeyRecord record, KeyScope scope, int version, RootSecret former) {
    return record.wrapped(
        root.id(),
        rewrapped(
            scope + " version " + version,
            record.wrappedDataKey(),
            binding(record, scope, version),
            former));
  }

  /** A data key wrapped by this root in place of the former one. */
  Bytes rewrapped(String where, Bytes wrappedDataKey, Binding binding, RootSecret former) {
    byte[] dataKey = new byte[0];
    byte[] aad = binding.aad("data key");
    try {
      dataKey = AesGcm.decrypt(former.wrappingKey(), wrappedDataKey, aad);
      return AesGcm.encrypt(random, root.wrappingKey(), dataKey, aad);
    } catch (GeneralSecurityException e) {
      throw unusable(where + " was altered, or belongs elsewhere", e);
    } finally {
      Arrays.fill(dataKey, (byte) 0);
    }
  }

  private static Binding binding(KeyRecord record, KeyScope scope, int version) {
    return binding(
        record.algorithm(),
        scope,
        version,
        record.fingerprint(),
        new Origin(record.createdAt(), record.createdBy()),
        new Terms(record.certificates(), record.activeFrom()));
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
}
