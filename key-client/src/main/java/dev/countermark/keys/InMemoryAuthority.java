package dev.countermark.keys;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.KeyTerms;
import dev.countermark.contracts.RepositoryName;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
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

/**
 * The throw-away authority of one purpose of an {@link InMemoryKeyClient}: a root, and where the
 * purpose has one an intermediate below it. Made when it is first asked.
 */
final class InMemoryAuthority {
  private static final Duration VALIDITY = Duration.ofDays(365);
  private static final Duration BACK_DATED = Duration.ofDays(1);

  private final Clock clock;
  private final SecureRandom random;
  private final KeyTerms.Algorithm algorithm;
  private final KeyTerms.Certification terms;

  /** Who certifies keys first, the root last; empty until somebody asks. */
  private final List<Issuer> issuers = new ArrayList<>();

  private record Issuer(InMemoryKey key, X509Certificate certificate) {}

  /**
   * @param algorithm of the authority's keys and of those that it certifies
   */
  InMemoryAuthority(
      KeyTerms.Algorithm algorithm,
      KeyTerms.Certification terms,
      Clock clock,
      SecureRandom random) {
    this.algorithm = algorithm;
    this.terms = terms;
    this.clock = clock;
    this.random = random;
  }

  /**
   * A key that this authority has certified.
   *
   * @param certificates DER, its own first, the root last
   */
  record Certified(InMemoryKey key, List<Bytes> certificates) {}

  /** A new key for a repository, with its certificate. */
  synchronized Certified issue(RepositoryName repository) {
    try {
      if (issuers.isEmpty()) {
        issuers.addAll(authority());
      }
      InMemoryKey own = InMemoryKey.make(algorithm, random);
      X500Principal name = new X500Principal("CN=" + repository + " " + terms.names().role());
      X509v3CertificateBuilder leaf = builder(Optional.of(issuers.get(0)), name, own.publicKey());
      leaf.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      leaf.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      leaf.addExtension(
          Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_codeSigning));
      List<Bytes> certificates = new ArrayList<>();
      certificates.add(Bytes.of(signed(leaf, issuers.get(0).key()).getEncoded()));
      for (Issuer issuer : issuers) {
        certificates.add(Bytes.of(issuer.certificate().getEncoded()));
      }
      return new Certified(own, List.copyOf(certificates));
    } catch (GeneralSecurityException | CertIOException | OperatorCreationException e) {
      throw new IllegalStateException("cannot make a throw-away certificate", e);
    }
  }

  private List<Issuer> authority()
      throws GeneralSecurityException, CertIOException, OperatorCreationException {
    Issuer root =
        issuer(
            Optional.empty(),
            "CN=Throw-away Root",
            new BasicConstraints(terms.intermediate() ? 1 : 0));
    return terms.intermediate()
        ? List.of(
            issuer(Optional.of(root), "CN=Throw-away Intermediate", new BasicConstraints(0)), root)
        : List.of(root);
  }

  private Issuer issuer(Optional<Issuer> above, String name, BasicConstraints constraints)
      throws GeneralSecurityException, CertIOException, OperatorCreationException {
    InMemoryKey key = InMemoryKey.make(algorithm, random);
    X509v3CertificateBuilder builder = builder(above, new X500Principal(name), key.publicKey());
    builder.addExtension(Extension.basicConstraints, true, constraints);
    builder.addExtension(
        Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    return new Issuer(key, signed(builder, above.map(Issuer::key).orElse(key)));
  }

  /**
   * @param above empty for a root
   */
  private X509v3CertificateBuilder builder(
      Optional<Issuer> above, X500Principal subject, PublicKey key)
      throws GeneralSecurityException, CertIOException {
    Instant now = clock.instant();
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            above.map(issuer -> issuer.certificate().getSubjectX500Principal()).orElse(subject),
            new BigInteger(Long.SIZE, random).setBit(Long.SIZE),
            Date.from(now.minus(BACK_DATED)),
            Date.from(now.plus(VALIDITY)),
            subject,
            key);
    JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
    builder.addExtension(
        Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(key));
    builder.addExtension(
        Extension.authorityKeyIdentifier,
        false,
        identifiers.createAuthorityKeyIdentifier(
            above.map(issuer -> issuer.key().publicKey()).orElse(key)));
    return builder;
  }

  private static X509Certificate signed(X509v3CertificateBuilder builder, InMemoryKey issuer)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(builder.build(issuer.certificateSigner()));
  }
}
