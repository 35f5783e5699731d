package dev.countermark.keys;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.DigestInfo;
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

/** The throw-away RSA root of an {@link InMemoryKeyClient}; made when it is first asked. */
final class InMemoryAuthority {
  /** Less than the key service takes: tests make many keys. */
  private static final int BITS = 2_048;

  private static final X500Principal NAME = new X500Principal("CN=Throw-away Root");
  private static final Duration VALIDITY = Duration.ofDays(365);
  private static final Duration BACK_DATED = Duration.ofDays(1);
  private static final AlgorithmIdentifier SHA256 =
      new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256, DERNull.INSTANCE);

  private final Clock clock;
  private final SecureRandom random;
  private KeyPair keys;
  private X509Certificate certificate;

  InMemoryAuthority(Clock clock, SecureRandom random) {
    this.clock = clock;
    this.random = random;
  }

  /**
   * A key that this authority has certified.
   *
   * @param certificates DER, its own first, the root last
   */
  record Certified(KeyPair keys, List<Bytes> certificates) {
    byte[] spki() {
      return keys.getPublic().getEncoded();
    }

    /** PKCS#1 v1.5 over a SHA-256. */
    Bytes sign(Bytes hash) {
      try {
        Signature rsa = Signature.getInstance("NONEwithRSA");
        rsa.initSign(keys.getPrivate());
        rsa.update(new DigestInfo(SHA256, hash.toArray()).getEncoded());
        return Bytes.of(rsa.sign());
      } catch (GeneralSecurityException | IOException e) {
        throw new IllegalStateException("cannot sign", e);
      }
    }
  }

  /** A new key for a repository, with its certificate. */
  synchronized Certified issue(RepositoryName repository) {
    try {
      if (certificate == null) {
        keys = rsa();
        X509v3CertificateBuilder root = certificate(NAME, keys.getPublic());
        root.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        root.addExtension(
            Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        certificate = signed(root);
      }
      KeyPair own = rsa();
      X509v3CertificateBuilder leaf =
          certificate(
              new X500Principal("CN=" + repository + " repository signing"), own.getPublic());
      leaf.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      leaf.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      leaf.addExtension(
          Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_codeSigning));
      return new Certified(
          own, List.of(Bytes.of(signed(leaf).getEncoded()), Bytes.of(certificate.getEncoded())));
    } catch (GeneralSecurityException | CertIOException | OperatorCreationException e) {
      throw new IllegalStateException("cannot make a throw-away certificate", e);
    }
  }

  private KeyPair rsa() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(BITS, random);
    return generator.generateKeyPair();
  }

  private X509v3CertificateBuilder certificate(X500Principal subject, PublicKey key)
      throws GeneralSecurityException, CertIOException {
    Instant now = clock.instant();
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            NAME,
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
        identifiers.createAuthorityKeyIdentifier(keys.getPublic()));
    return builder;
  }

  private X509Certificate signed(X509v3CertificateBuilder builder)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withRSA").build(keys.getPrivate())));
  }
}
