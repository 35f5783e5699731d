package dev.countermark.keys;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.RepositoryName;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the services ask of the key service. All calls block and throw {@link Failure.Transient}
 * when it is away, slow, refuses the caller or answers 5xx; its obstacle says whether that passes.
 */
public interface KeyClient {
  /**
   * What a key may be used for. Each format has a purpose of its own, called like the format.
   *
   * @param label as in addresses and object keys: 1 to 32 of {@code a-z 0-9 -}, no hyphen first
   */
  record Purpose(String label) implements Comparable<Purpose> {
    private static final Pattern LABEL = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");

    /**
     * @throws IllegalArgumentException when {@code label} is none
     */
    public Purpose {
      if (!LABEL.matcher(label).matches()) {
        throw new IllegalArgumentException(
            "a purpose has 1 to 32 of a-z 0-9 -, no hyphen first, found: " + label);
      }
    }

    /** By label. */
    @Override
    public int compareTo(Purpose other) {
      return label.compareTo(other.label);
    }

    /** The label. */
    @Override
    public String toString() {
      return label;
    }
  }

  /** Whether the key service answers, knows the caller and reaches its keys; fails when not. */
  default void probe() {}

  /** The current public key of a repository; made on first use, exactly once. */
  PublicKeyVersion current(RepositoryName repository, Purpose purpose);

  /** All versions, oldest first; made on first use like {@link #current}. */
  List<PublicKeyVersion> versions(RepositoryName repository, Purpose purpose);

  /**
   * Signs a batch with the current key; all or nothing.
   *
   * @param items 1 to 256
   * @return one signature per item, in order, and the key that made them
   */
  SignedBatch sign(RepositoryName repository, Purpose purpose, List<Item> items);

  /**
   * Asks whether a certificate of a key is revoked, or that of the authority.
   *
   * @param certificate the key's version; empty for the authority
   * @param request DER OCSPRequest
   * @return DER OCSPResponse; empty when there is no such certificate, or no responder
   */
  default Optional<Bytes> ocsp(Purpose purpose, Optional<VersionName> certificate, Bytes request) {
    return Optional.empty();
  }

  /**
   * Which certificates of a key are revoked.
   *
   * @return DER CertificateList; empty when its certificates name no list, or there is no such key
   */
  default Optional<Bytes> revocations(RepositoryName repository, Purpose purpose) {
    return Optional.empty();
  }

  /** One version of the key of a repository. */
  record VersionName(RepositoryName repository, int version) {}

  /**
   * @param purl Package URL of what the signature is for; goes into the audit log
   * @param digest {@code algorithm:hex} of the package that is signed; goes into the audit log
   * @param hash the 32 bytes of the SHA-256 that is signed
   */
  record Item(String purl, String digest, Bytes hash) {}

  /**
   * @param signatures one per item: DER for ECDSA, the octets of RSA
   */
  record SignedBatch(PublicKeyVersion key, List<Bytes> signatures) {
    public SignedBatch {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(signatures, "signatures");
    }
  }

  /**
   * @param version 1 for the first
   * @param spki DER SubjectPublicKeyInfo
   * @param fingerprint SHA-256 of {@code spki}, lower-case hexadecimal
   * @param current whether new signatures are made with it; not yet for a version that is announced
   * @param revokedAt from when on it is no longer to be trusted, if so
   * @param certificates DER X.509, that of the key first, the root last; empty for keys without
   * @param activeFrom when it begins to sign, if it was announced before; absent: from its creation
   * @param spare whether it is kept for the next rotation, and signs only after that
   */
  record PublicKeyVersion(
      int version,
      Bytes spki,
      String fingerprint,
      Instant createdAt,
      boolean current,
      Optional<Instant> revokedAt,
      List<Bytes> certificates,
      Optional<Instant> activeFrom,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean spare) {
    private static final HexFormat UPPER_CASE = HexFormat.of().withUpperCase();

    public PublicKeyVersion {
      Objects.requireNonNull(spki, "spki");
      Objects.requireNonNull(fingerprint, "fingerprint");
      Objects.requireNonNull(createdAt, "createdAt");
      revokedAt = revokedAt == null ? Optional.empty() : revokedAt;
      certificates = certificates == null ? List.of() : List.copyOf(certificates);
      activeFrom = activeFrom == null ? Optional.empty() : activeFrom;
    }

    /** Of a key that is no spare. */
    public PublicKeyVersion(
        int version,
        Bytes spki,
        String fingerprint,
        Instant createdAt,
        boolean current,
        Optional<Instant> revokedAt,
        List<Bytes> certificates,
        Optional<Instant> activeFrom) {
      this(
          version,
          spki,
          fingerprint,
          createdAt,
          current,
          revokedAt,
          certificates,
          activeFrom,
          false);
    }

    /** Of a key without certificates that signs from its creation. */
    public PublicKeyVersion(
        int version,
        Bytes spki,
        String fingerprint,
        Instant createdAt,
        boolean current,
        Optional<Instant> revokedAt) {
      this(version, spki, fingerprint, createdAt, current, revokedAt, List.of(), Optional.empty());
    }

    /** The key's own certificate, DER; empty for keys without. */
    public Optional<Bytes> leaf() {
      return certificates.stream().findFirst();
    }

    /**
     * SHA-256 of {@link #leaf}, upper-case hexadecimal: there are clients that compare it as text.
     */
    public Optional<String> leafFingerprint() {
      return leaf().map(leaf -> UPPER_CASE.formatHex(sha256(leaf)));
    }

    private static byte[] sha256(Bytes data) {
      try {
        return MessageDigest.getInstance("SHA-256").digest(data.toArray());
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has SHA-256", e);
      }
    }

    /** {@code -----BEGIN PUBLIC KEY-----}, lines of 64 characters, newline at the end. */
    public String pem() {
      var encoder = Base64.getMimeEncoder(64, new byte[] {'\n'});
      return "-----BEGIN PUBLIC KEY-----\n"
          + encoder.encodeToString(spki.toArray())
          + "\n-----END PUBLIC KEY-----\n";
    }
  }
}
