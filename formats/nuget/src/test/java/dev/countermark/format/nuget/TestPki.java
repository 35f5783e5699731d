package dev.countermark.format.nuget;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
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

/** Certificates, right and wrong on purpose. Keys are few, because they take time to make. */
public final class TestPki {
  public static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
  public static final KeyPair ROOT_KEY = rsa(2048);
  public static final KeyPair LEAF_KEY = rsa(2048);
  public static final X509Certificate ROOT = root("CN=Test Signing Root,O=Example", ROOT_KEY);
  public static final X509Certificate LEAF = leaf(p -> p);

  private TestPki() {}

  /** What a certificate of a signer is made of. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Profile(
      KeyPair key,
      KeyPair issuerKey,
      X509Certificate issuer,
      String algorithm,
      String subject,
      Instant notBefore,
      Instant notAfter,
      KeyPurposeId[] purposes,
      boolean subjectKeyIdentifier) {
    public Profile key(KeyPair other) {
      return new Profile(
          other,
          issuerKey,
          issuer,
          algorithm,
          subject,
          notBefore,
          notAfter,
          purposes,
          subjectKeyIdentifier);
    }

    public Profile issuer(X509Certificate certificate, KeyPair key, String algorithm) {
      return new Profile(
          this.key,
          key,
          certificate,
          algorithm,
          subject,
          notBefore,
          notAfter,
          purposes,
          subjectKeyIdentifier);
    }

    public Profile validity(Instant from, Instant to) {
      return new Profile(
          key, issuerKey, issuer, algorithm, subject, from, to, purposes, subjectKeyIdentifier);
    }

    public Profile purposes(KeyPurposeId... others) {
      return new Profile(
          key,
          issuerKey,
          issuer,
          algorithm,
          subject,
          notBefore,
          notAfter,
          others,
          subjectKeyIdentifier);
    }

    public Profile subject(String other) {
      return new Profile(
          key,
          issuerKey,
          issuer,
          algorithm,
          other,
          notBefore,
          notAfter,
          purposes,
          subjectKeyIdentifier);
    }

    public Profile withoutSubjectKeyIdentifier() {
      return new Profile(
          key, issuerKey, issuer, algorithm, subject, notBefore, notAfter, purposes, false);
    }
  }

  public static KeyPair rsa(int bits) {
    return keyPair("RSA", bits);
  }

  public static KeyPair ec() {
    return keyPair("EC", 256);
  }

  private static KeyPair keyPair(String algorithm, int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public static X509Certificate root(String subject, KeyPair key) {
    return authority(subject, key, subject, key);
  }

  /** A certificate of an authority below {@link #ROOT}, with more extensions than it needs. */
  public static X509Certificate intermediate(String subject, KeyPair key, Extension... more) {
    return authority(subject, key, "CN=Test Signing Root,O=Example", ROOT_KEY, more);
  }

  private static X509Certificate authority(
      String subject, KeyPair key, String issuer, KeyPair issuerKey, Extension... more) {
    try {
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              new X500Name(issuer),
              BigInteger.ONE,
              Date.from(NOW.minus(Duration.ofDays(3650))),
              Date.from(NOW.plus(Duration.ofDays(3650))),
              new X500Name(subject),
              key.getPublic());
      JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      builder.addExtension(
          Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(key.getPublic()));
      for (Extension extension : more) {
        builder.addExtension(extension);
      }
      String algorithm =
          issuerKey.getPrivate().getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
      return sign(builder, issuerKey.getPrivate(), algorithm);
    } catch (GeneralSecurityException | CertIOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A certificate that may sign packages, unless {@code change} spoils it. */
  public static X509Certificate leaf(UnaryOperator<Profile> change) {
    Profile p =
        change.apply(
            new Profile(
                LEAF_KEY,
                ROOT_KEY,
                ROOT,
                "SHA256withRSA",
                "CN=acme/app repository signing,O=Example",
                NOW.minus(Duration.ofDays(365)),
                NOW.plus(Duration.ofDays(3650)),
                new KeyPurposeId[] {KeyPurposeId.id_kp_codeSigning},
                true));
    try {
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              p.issuer(),
              BigInteger.valueOf(System.nanoTime()),
              Date.from(p.notBefore()),
              Date.from(p.notAfter()),
              new javax.security.auth.x500.X500Principal(p.subject()),
              p.key().getPublic());
      JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      if (p.purposes().length > 0) {
        boolean critical = p.purposes()[0].equals(KeyPurposeId.id_kp_timeStamping);
        builder.addExtension(
            Extension.extendedKeyUsage, critical, new ExtendedKeyUsage(p.purposes()));
      }
      if (p.subjectKeyIdentifier()) {
        builder.addExtension(
            Extension.subjectKeyIdentifier,
            false,
            ids.createSubjectKeyIdentifier(p.key().getPublic()));
      }
      builder.addExtension(
          Extension.authorityKeyIdentifier, false, ids.createAuthorityKeyIdentifier(p.issuer()));
      return sign(builder, p.issuerKey().getPrivate(), p.algorithm());
    } catch (GeneralSecurityException | CertIOException e) {
      throw new IllegalStateException(e);
    }
  }

  public static KeyPurposeId purpose(String oid) {
    return KeyPurposeId.getInstance(new ASN1ObjectIdentifier(oid));
  }

  private static X509Certificate sign(
      X509v3CertificateBuilder builder, PrivateKey key, String algorithm) {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(key)));
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  public static List<X509Certificate> chain(X509Certificate leaf) {
    return List.of(leaf, ROOT);
  }

  /** PKCS#1 v1.5 over a SHA-256 that was computed elsewhere, as the key service does it. */
  public static byte[] sign(KeyPair key, byte[] sha256) {
    try {
      byte[] prefix = java.util.HexFormat.of().parseHex("3031300d060960864801650304020105000420");
      byte[] digestInfo = java.util.Arrays.copyOf(prefix, prefix.length + sha256.length);
      System.arraycopy(sha256, 0, digestInfo, prefix.length, sha256.length);
      Signature rsa = Signature.getInstance("NONEwithRSA");
      rsa.initSign(key.getPrivate());
      rsa.update(digestInfo);
      return rsa.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
