package dev.countermark.signer.swift;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.InMemoryKeyClient;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.Item;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.SignerInfoGeneratorBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** Somebody who signs releases before they are pushed, with an authority of their own. */
final class Author {
  private static final RepositoryName NAME = RepositoryName.of("somebody/else");

  private final KeyClient keys;

  Author(Clock clock) {
    this.keys = new InMemoryKeyClient(clock);
  }

  PublicKeyVersion key() {
    return keys.current(NAME, new Purpose("swift"));
  }

  Bytes root() {
    List<Bytes> chain = key().certificates();
    return chain.get(chain.size() - 1);
  }

  String fingerprint() {
    return Sha256.hex(key().certificates().get(0));
  }

  /** A manifest with a signature line. */
  byte[] signed(byte[] manifest) {
    String line = "\n// signature: cms-1.0.0;" + Base64.getEncoder().encodeToString(sign(manifest));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(manifest);
    out.writeBytes(line.getBytes(StandardCharsets.US_ASCII));
    return out.toByteArray();
  }

  /** CMS over a content, as the client makes it. */
  byte[] sign(byte[] content) {
    try {
      X509Certificate leaf = Oracle.certificate(key(), 0);
      CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
      generator.addSignerInfoGenerator(
          new SignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().build())
              .setDirectSignature(true)
              .build(new Remote(), new JcaX509CertificateHolder(leaf)));
      generator.addCertificate(new JcaX509CertificateHolder(leaf));
      generator.addCertificate(new JcaX509CertificateHolder(Oracle.certificate(key(), 1)));
      return generator
          .generate(new CMSProcessableByteArray(content), false)
          .toASN1Structure()
          .getEncoded(ASN1Encoding.DER);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private final class Remote implements ContentSigner {
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();

    @Override
    public AlgorithmIdentifier getAlgorithmIdentifier() {
      return new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
    }

    @Override
    public OutputStream getOutputStream() {
      return content;
    }

    @Override
    public byte[] getSignature() {
      try {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(content.toByteArray());
        Item item = new Item("pkg:swift/x", "sha256:" + "00".repeat(32), Bytes.of(hash));
        return keys.sign(NAME, new Purpose("swift"), List.of(item)).signatures().get(0).toArray();
      } catch (java.security.NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
