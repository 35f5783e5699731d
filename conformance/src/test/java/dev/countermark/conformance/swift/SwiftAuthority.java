package dev.countermark.conformance.swift;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.SignerInfoGeneratorBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** A throw-away authority: a root and an intermediate that certify signers, good and bad ones. */
public final class SwiftAuthority {
  private static final Duration YEAR = Duration.ofDays(365);

  private final KeyPair rootKey = keys();
  private final KeyPair intermediateKey = keys();
  private final X509Certificate root;
  private final X509Certificate intermediate;

  /**
   * @param name common name of the root
   */
  public SwiftAuthority(String name) {
    Instant now = Instant.now();
    Holder first = new Holder(name, rootKey);
    Holder second = new Holder(name + " intermediate", intermediateKey);
    root = certificate(first, first, now.minus(YEAR), now.plus(YEAR), true);
    intermediate = certificate(second, first, now.minus(YEAR), now.plus(YEAR), true);
  }

  public X509Certificate root() {
    return root;
  }

  /** Signs as it should be done. */
  public Signer signer(String name) {
    Instant now = Instant.now();
    return signer(
        name, now.minus(Duration.ofDays(1)), now.plus(YEAR), KeyPurposeId.id_kp_codeSigning);
  }

  Signer signer(String name, Instant from, Instant to, KeyPurposeId purpose) {
    KeyPair key = keys();
    X509Certificate leaf =
        certificate(
            new Holder(name, key),
            new Holder(
                intermediate.getSubjectX500Principal().getName().substring("CN=".length()),
                intermediateKey),
            from,
            to,
            false,
            purpose);
    return new Signer(key, List.of(leaf, intermediate));
  }

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Who has a key. */
  private record Holder(String name, KeyPair key) {}

  private static X509Certificate certificate(
      Holder subject,
      Holder issuer,
      Instant from,
      Instant to,
      boolean authority,
      KeyPurposeId... purposes) {
    try {
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              new X500Principal("CN=" + issuer.name()),
              BigInteger.valueOf(System.nanoTime()),
              Date.from(from),
              Date.from(to),
              new X500Principal("CN=" + subject.name()),
              subject.key().getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      builder.addExtension(
          Extension.keyUsage,
          true,
          new KeyUsage(authority ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
      if (purposes.length > 0) {
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.key().getPrivate())));
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * @param chain leaf first; what the signature carries
   */
  public record Signer(KeyPair key, List<X509Certificate> chain) {
    public Signer {
      chain = List.copyOf(chain);
    }

    Signer withoutIntermediate() {
      return new Signer(key, chain.subList(0, 1));
    }

    /** A detached signature in the form {@code cms-1.0.0}, DER. */
    public byte[] sign(byte[] content) {
      try {
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addSignerInfoGenerator(
            new SignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().build())
                .setDirectSignature(true)
                .build(new EcdsaSigner(key), new JcaX509CertificateHolder(chain.get(0))));
        generator.addCertificates(new JcaCertStore(chain));
        return generator
            .generate(new CMSProcessableByteArray(content), false)
            .toASN1Structure()
            .getEncoded(ASN1Encoding.DER);
      } catch (CMSException
          | IOException
          | GeneralSecurityException
          | OperatorCreationException e) {
        throw new IllegalStateException(e);
      }
    }

    /** The manifest with a signature line, as {@code publish} writes it. */
    public byte[] signManifest(byte[] manifest) {
      String line =
          "\n// signature: cms-1.0.0;" + Base64.getEncoder().encodeToString(sign(manifest));
      return (new String(manifest, StandardCharsets.UTF_8) + line).getBytes(StandardCharsets.UTF_8);
    }
  }

  /** Names its algorithm without parameters, as the format demands. */
  private static final class EcdsaSigner implements ContentSigner {
    private final Signature signature;

    EcdsaSigner(KeyPair key) throws GeneralSecurityException {
      signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(key.getPrivate());
    }

    @Override
    public AlgorithmIdentifier getAlgorithmIdentifier() {
      return new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
    }

    @Override
    public OutputStream getOutputStream() {
      return new OutputStream() {
        @Override
        public void write(int b) throws IOException {
          write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          try {
            signature.update(bytes, offset, length);
          } catch (GeneralSecurityException e) {
            throw new IOException(e);
          }
        }
      };
    }

    @Override
    public byte[] getSignature() {
      try {
        return signature.sign();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
