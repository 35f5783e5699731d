package dev.countermark.keyservice;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient.Purpose;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Certifies the NuGet keys of all repositories: by an RSA root of the installation's own, made on
 * first use, exactly once over all replicas; or by an authority that was imported.
 *
 * @see "nuget reference, section 2.6: what clients demand of these certificates"
 */
final class NugetAuthority {
  private static final String SIGNATURE = "SHA256withRSA";
  private static final String WHERE = "certificate authority of nuget";

  /** Clients' clocks may be behind. */
  private static final Duration BACK_DATED = Duration.ofHours(1);

  private static final int SERIAL_BYTES = 16;
  private static final int MAX_COMMON_NAME = 64;

  private final Records records;
  private final KeyEnvelope envelope;
  private final SecureRandom random;
  private final Clock clock;
  private final Terms terms;
  private final Optional<Authority> imported;
  private volatile Authority own;

  /**
   * @param organization {@code O=} of all certificates
   * @param leafValidity of the certificates of repositories
   * @param rootBits of the own root's key
   * @param rootYears of the own root's validity
   */
  record Terms(String organization, Period leafValidity, int rootBits, int rootYears) {}

  /**
   * @param chain the authority's certificate first, the root last
   */
  record Authority(RsaKey key, List<X509Certificate> chain) {
    X509Certificate certificate() {
      return chain.get(0);
    }
  }

  /**
   * @param imported an authority that is used instead of an own root
   */
  NugetAuthority(
      BlobStore store,
      KeyEnvelope envelope,
      SecureRandom random,
      Clock clock,
      Terms terms,
      Optional<Authority> imported) {
    this.records = new Records(store);
    this.envelope = envelope;
    this.random = random;
    this.clock = clock;
    this.terms = terms;
    this.imported = imported;
  }

  /**
   * A new certificate for the key of a repository.
   *
   * @return DER: the new certificate first, the root last
   */
  List<Bytes> certify(RepositoryName repository, RsaKey key) {
    Authority authority = authority();
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Instant end = now.atZone(ZoneOffset.UTC).plus(terms.leafValidity()).toInstant();
    Instant last = authority.certificate().getNotAfter().toInstant();
    String name = repository + " repository signing";
    X500Name subject =
        name(name.length() > MAX_COMMON_NAME ? name.substring(0, MAX_COMMON_NAME) : name);
    try {
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              X500Name.getInstance(authority.certificate().getSubjectX500Principal().getEncoded()),
              serial(),
              Date.from(now.minus(BACK_DATED)),
              Date.from(end.isAfter(last) ? last : end),
              subject,
              key.publicKey());
      JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(
          Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_codeSigning));
      addIdentifiers(builder, ids, key.publicKey(), authority.certificate().getPublicKey());
      List<Bytes> chain = new ArrayList<>();
      chain.add(encoded(sign(builder, authority.key())));
      for (X509Certificate certificate : authority.chain()) {
        chain.add(encoded(certificate));
      }
      return chain;
    } catch (GeneralSecurityException | CertIOException e) {
      throw new IllegalStateException("cannot issue a certificate", e);
    }
  }

  /** The authority; its key is made when there is none, which takes a while. */
  Authority authority() {
    if (imported.isPresent()) {
      return imported.get();
    }
    Authority known = own;
    if (known == null) {
      synchronized (this) {
        if (own == null) {
          own = loadOrCreate();
        }
        known = own;
      }
    }
    return known;
  }

  private Authority loadOrCreate() {
    String key = KeysBucket.authority(Purpose.NUGET);
    Optional<AuthorityRecord> found = records.read(key, AuthorityRecord.class);
    if (found.isEmpty()) {
      // Whoever loses the race uses the winner's.
      records.create(key, create());
      found = records.read(key, AuthorityRecord.class);
    }
    return open(found.orElseThrow());
  }

  private AuthorityRecord create() {
    RsaKey key = RsaKey.generate(random, terms.rootBits());
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Instant end = now.atZone(ZoneOffset.UTC).plusYears(terms.rootYears()).toInstant();
    X500Name subject = name(terms.organization() + " Package Signing Root");
    try {
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              subject,
              serial(),
              Date.from(now.minus(BACK_DATED)),
              Date.from(end),
              subject,
              key.publicKey());
      JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      addIdentifiers(builder, ids, key.publicKey(), key.publicKey());
      List<Bytes> chain = List.of(encoded(sign(builder, key)));
      KeyEnvelope.Sealed sealed = envelope.seal(key, binding(chain));
      return new AuthorityRecord(
          AuthorityRecord.FORMAT,
          Purpose.NUGET.path(),
          key.algorithm(),
          chain,
          now,
          envelope.rootId(),
          sealed.wrappedDataKey(),
          sealed.encryptedPrivateKey());
    } catch (GeneralSecurityException | CertIOException e) {
      throw new IllegalStateException("cannot issue a root certificate", e);
    }
  }

  private Authority open(AuthorityRecord record) {
    if (record.format() != AuthorityRecord.FORMAT) {
      throw new KeyServiceException(
          KeyServiceException.Code.RECORD_UNUSABLE, WHERE + " has format " + record.format());
    }
    SigningKey key =
        envelope.open(
            WHERE,
            record.algorithm(),
            record.rootId(),
            new KeyEnvelope.Sealed(record.wrappedDataKey(), record.encryptedPrivateKey()),
            binding(record.certificates()));
    List<X509Certificate> chain = record.certificates().stream().map(Certificates::read).toList();
    if (!(key instanceof RsaKey rsa) || !rsa.publicKey().equals(chain.get(0).getPublicKey())) {
      throw new KeyServiceException(
          KeyServiceException.Code.RECORD_UNUSABLE,
          WHERE + " does not hold the key that it announces");
    }
    return new Authority(rsa, chain);
  }

  private static KeyEnvelope.Binding binding(List<Bytes> chain) {
    StringBuilder about = new StringBuilder();
    for (Bytes certificate : chain) {
      about.append("certificate=").append(Hashes.sha256Hex(certificate.toArray())).append('\n');
    }
    return part ->
        ("countermark authority record\nformat="
                + AuthorityRecord.FORMAT
                + "\npart="
                + part
                + "\npurpose="
                + Purpose.NUGET.path()
                + "\n"
                + about)
            .getBytes(StandardCharsets.UTF_8);
  }

  private X500Name name(String commonName) {
    return new X500NameBuilder(BCStyle.INSTANCE)
        .addRDN(BCStyle.O, terms.organization())
        .addRDN(BCStyle.CN, commonName)
        .build();
  }

  private BigInteger serial() {
    byte[] bytes = new byte[SERIAL_BYTES];
    random.nextBytes(bytes);
    bytes[0] = (byte) (bytes[0] & 0x3F | 0x40);
    return new BigInteger(1, bytes);
  }

  private static void addIdentifiers(
      X509v3CertificateBuilder builder,
      JcaX509ExtensionUtils ids,
      PublicKey subject,
      PublicKey issuer)
      throws CertIOException {
    builder.addExtension(
        Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(subject));
    builder.addExtension(
        Extension.authorityKeyIdentifier, false, ids.createAuthorityKeyIdentifier(issuer));
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, RsaKey key)
      throws GeneralSecurityException {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key.privateKey())));
    } catch (OperatorCreationException e) {
      throw new IllegalStateException("every JDK has " + SIGNATURE, e);
    }
  }

  private static Bytes encoded(X509Certificate certificate) throws CertificateEncodingException {
    return Bytes.of(certificate.getEncoded());
  }
}
