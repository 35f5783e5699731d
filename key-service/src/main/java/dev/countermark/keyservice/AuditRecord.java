package dev.countermark.keyservice;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One link of an audit chain.
 *
 * @param format {@link #FORMAT}
 * @param chain which chain: {@code owner/name/purpose}, {@code authorities/purpose}, or {@code
 *     denials}
 * @param sequence 1 for the first; also in the object's key
 * @param previous SHA-256 of the previous record's JSON line, lower-case hexadecimal; 64 zeros for
 *     the first
 * @param keyVersion highest key version that the chain has announced, this record included; 0 in
 *     {@code denials}
 * @param revocations how many versions the chain says are revoked, this record included
 * @param promotions how many there were by the chain, this record included
 * @param at when it was written, by this service's clock
 * @param caller the client whose call caused it
 */
record AuditRecord(
    int format,
    String chain,
    long sequence,
    String previous,
    int keyVersion,
    int revocations,
    int promotions,
    Instant at,
    String caller,
    List<Entry> entries) {
  static final int FORMAT = 1;

  AuditRecord {
    entries = List.copyOf(entries);
  }

  /** One thing that happened. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = KeyCreated.class, name = "key-created"),
    @JsonSubTypes.Type(value = CertificateIssued.class, name = "certificate-issued"),
    @JsonSubTypes.Type(value = RootCreated.class, name = "root-created"),
    @JsonSubTypes.Type(value = KeyPromoted.class, name = "key-promoted"),
    @JsonSubTypes.Type(value = KeyRevoked.class, name = "key-revoked"),
    @JsonSubTypes.Type(value = Signed.class, name = "signed"),
    @JsonSubTypes.Type(value = Denied.class, name = "denied"),
  })
  sealed interface Entry {}

  /**
   * A version was made: the first one on first use, each later one by a rotation or a renewal.
   *
   * @param by the client whose call made it
   * @param activeFrom when it begins to sign; absent: at once; the year 9999 for a spare
   */
  record KeyCreated(
      int version, String fingerprint, Instant createdAt, String by, Optional<Instant> activeFrom)
      implements Entry {
    KeyCreated {
      activeFrom = activeFrom == null ? Optional.empty() : activeFrom;
    }
  }

  /**
   * A version got its certificate.
   *
   * @param fingerprint SHA-256 of the certificate, lower-case hexadecimal
   * @param serial hexadecimal
   * @param subject as in RFC 2253
   * @param issuer SHA-256 of the issuer's certificate, lower-case hexadecimal; equal to {@code
   *     fingerprint} for a root
   */
  record CertificateIssued(
      int version,
      String fingerprint,
      String serial,
      String subject,
      String issuer,
      Instant notBefore,
      Instant notAfter)
      implements Entry {
    /**
     * @param chain DER, the new certificate first, the root last
     */
    static CertificateIssued of(int version, List<Bytes> chain) {
      X509Certificate certificate = Certificates.read(chain.get(0));
      return new CertificateIssued(
          version,
          Certificates.fingerprint(chain.get(0)),
          certificate.getSerialNumber().toString(16),
          certificate.getSubjectX500Principal().getName(),
          Certificates.fingerprint(chain.get(Math.min(1, chain.size() - 1))),
          certificate.getNotBefore().toInstant(),
          certificate.getNotAfter().toInstant());
    }
  }

  /**
   * The root above an own intermediate was made, with that. An own root that certifies keys itself
   * is a version like any other.
   *
   * @param key SHA-256 of the root's DER SubjectPublicKeyInfo, lower-case hexadecimal
   * @param certificate SHA-256 of its certificate, lower-case hexadecimal
   * @param serial hexadecimal
   * @param subject as in RFC 2253
   */
  record RootCreated(
      String key,
      String certificate,
      String serial,
      String subject,
      Instant notBefore,
      Instant notAfter)
      implements Entry {
    /**
     * @param chain DER, the root last
     */
    static RootCreated of(List<Bytes> chain) {
      Bytes der = chain.get(chain.size() - 1);
      X509Certificate root = Certificates.read(der);
      return new RootCreated(
          Hashes.sha256Hex(root.getPublicKey().getEncoded()),
          Certificates.fingerprint(der),
          root.getSerialNumber().toString(16),
          root.getSubjectX500Principal().getName(),
          root.getNotBefore().toInstant(),
          root.getNotAfter().toInstant());
    }
  }

  /**
   * A version that was made before its time begins to sign.
   *
   * @param number of the promotion, 1 for the first of the key
   * @param by the client whose call promoted it
   */
  record KeyPromoted(int number, int version, String fingerprint, Instant activeFrom, String by)
      implements Entry {}

  /** A version is no longer to be trusted. */
  record KeyRevoked(int version, String fingerprint, Instant revokedAt) implements Entry {}

  /**
   * A signature was made.
   *
   * @param digest of the package that it is for
   * @param hash what was signed, lower-case hexadecimal
   * @param signature SHA-256 of the signature, lower-case hexadecimal
   * @param keyVersion version of the key that made it
   */
  record Signed(
      String purl, String digest, String hash, String signature, int keyVersion, String fingerprint)
      implements Entry {}

  /**
   * Calls that were refused.
   *
   * @param client absent when it did not prove who it is
   * @param repository absent when the address names none
   * @param reason never holds what the client sent
   * @param times how often since the previous record
   */
  record Denied(
      Optional<String> client,
      Optional<RepositoryName> repository,
      String operation,
      String reason,
      long times)
      implements Entry {}
}
