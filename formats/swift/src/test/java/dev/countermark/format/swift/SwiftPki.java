package dev.countermark.format.swift;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Certificates for tests, right and wrong on purpose: a root, an intermediate and a leaf on P-256,
 * valid around {@link #NOW}.
 */
public final class SwiftPki {
  public static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

  private static final AtomicLong SERIALS = new AtomicLong(1);

  public static final Signer ROOT = root("CN=Test Swift Root,O=Example");
  public static final Signer INTERMEDIATE = ROOT.issue("CN=Test Swift CA,O=Example", p -> p.ca(0));
  public static final Signer LEAF =
      INTERMEDIATE.issue("CN=acme/app package signing,OU=acme,O=Example", p -> p);

  private SwiftPki() {}

  /** What a certificate says; changed by {@code with...} like methods, for one wrong thing each. */
  public record Profile(
      Instant notBefore,
      Instant notAfter,
      boolean ca,
      int pathLength,
      List<KeyPurposeId> purposes,
      List<Extension> more,
      String curve,
      boolean bare) {
    static Profile leaf() {
      return new Profile(
          NOW.minus(Duration.ofDays(365)),
          NOW.plus(Duration.ofDays(3650)),
          false,
          -1,
          List.of(KeyPurposeId.id_kp_codeSigning),
          List.of(),
          "secp256r1",
          false);
    }

    /** An authority; {@code -1} for no limit. */
    public Profile ca(int pathLength) {
      return new Profile(notBefore, notAfter, true, pathLength, List.of(), more, curve, bare);
    }

    public Profile validity(Instant from, Instant to) {
      return new Profile(from, to, ca, pathLength, purposes, more, curve, bare);
    }

    public Profile purposes(KeyPurposeId... purposes) {
      return new Profile(notBefore, notAfter, ca, pathLength, List.of(purposes), more, curve, bare);
    }

    /** With one more extension. */
    public Profile and(Extension extension) {
      List<Extension> all = new ArrayList<>(more);
      all.add(extension);
      return new Profile(notBefore, notAfter, ca, pathLength, purposes, all, curve, bare);
    }

    public Profile curve(String name) {
      return new Profile(notBefore, notAfter, ca, pathLength, purposes, more, name, bare);
    }

    /** Only with its extended key usage. */
    public Profile onlyPurposes() {
      return new Profile(notBefore, notAfter, ca, pathLength, purposes, more, curve, true);
    }
  }

  /**
   * A certificate with its key, and those above it.
   *
   * @param chain its own first, the root last
   */
  public record Signer(KeyPair key, List<X509Certificate> chain) {
    public X509Certificate certificate() {
      return chain.get(0);
    }

    /** What goes into a signature: all but the root. */
    public List<X509Certificate> withoutRoot() {
      return chain.size() == 1 ? chain : chain.subList(0, chain.size() - 1);
    }

    /** A certificate that this one issues, for signing unless {@code change} says otherwise. */
    public Signer issue(String subject, UnaryOperator<Profile> change) {
      Profile profile = change.apply(Profile.leaf());
      KeyPair own = ec(profile.curve());
      X509Certificate issued =
          certified(
              subject,
              own,
              X500Name.getInstance(certificate().getSubjectX500Principal().getEncoded()),
              key,
              profile);
      List<X509Certificate> all = new ArrayList<>(List.of(issued));
      all.addAll(chain);
      return new Signer(own, List.copyOf(all));
    }

    /** Deterministic ECDSA (RFC 6979) over a hash, DER: as the key service does it. */
    public byte[] sign(byte[] sha256) {
      try {
        ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
        signer.init(
            true,
            (ECPrivateKeyParameters) PrivateKeyFactory.createKey(key.getPrivate().getEncoded()));
        BigInteger[] rs = signer.generateSignature(sha256);
        ASN1EncodableVector value = new ASN1EncodableVector();
        value.add(new ASN1Integer(rs[0]));
        value.add(new ASN1Integer(rs[1]));
        return new DERSequence(value).getEncoded();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    /** ECDSA or RSA over a content, by a name of {@link Signature}. */
    public byte[] sign(String algorithm, byte[] content) {
      try {
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key.getPrivate());
        signature.update(content);
        return signature.sign();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  public static Signer root(String subject) {
    return selfSigned(subject, p -> p.ca(-1));
  }

  public static Signer selfSigned(String subject, UnaryOperator<Profile> change) {
    Profile profile = change.apply(Profile.leaf());
    KeyPair key = ec(profile.curve());
    return new Signer(key, List.of(certified(subject, key, new X500Name(subject), key, profile)));
  }

  public static Extension extension(String oid, boolean critical, byte[] value) {
    return new Extension(new ASN1ObjectIdentifier(oid), critical, value);
  }

  private static KeyPair ec(String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(curve.equals("RSA") ? "RSA" : "EC");
      if (curve.equals("RSA")) {
        generator.initialize(2048);
      } else {
        generator.initialize(new ECGenParameterSpec(curve));
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X509Certificate certified(
      String subject, KeyPair key, X500Name issuer, KeyPair issuerKey, Profile profile) {
    try {
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              issuer,
              BigInteger.valueOf(SERIALS.getAndIncrement()),
              Date.from(profile.notBefore()),
              Date.from(profile.notAfter()),
              new X500Name(subject),
              key.getPublic());
      if (!profile.bare()) {
        BasicConstraints constraints =
            profile.ca() && profile.pathLength() >= 0
                ? new BasicConstraints(profile.pathLength())
                : new BasicConstraints(profile.ca());
        builder.addExtension(Extension.basicConstraints, true, constraints);
        builder.addExtension(
            Extension.keyUsage,
            true,
            new KeyUsage(
                profile.ca()
                    ? KeyUsage.keyCertSign | KeyUsage.cRLSign
                    : KeyUsage.digitalSignature));
      }
      if (!profile.purposes().isEmpty()) {
        builder.addExtension(
            Extension.extendedKeyUsage,
            false,
            new ExtendedKeyUsage(profile.purposes().toArray(KeyPurposeId[]::new)));
      }
      for (Extension extension : profile.more()) {
        builder.addExtension(extension);
      }
      String algorithm =
          issuerKey.getPrivate().getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(new JcaContentSignerBuilder(algorithm).build(issuerKey.getPrivate())));
    } catch (GeneralSecurityException | CertIOException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }
}
