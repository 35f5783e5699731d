package dev.countermark.signer.swift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Bytes;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;

/** Judges signatures by Bouncy Castle and the JDK alone: shares no code with the signer. */
final class Oracle {
  private static final String LINE = "\n// signature: cms-1.0.0;";

  private Oracle() {}

  /** A certificate of a key: 0 for its own, the last for the root. */
  static X509Certificate certificate(PublicKeyVersion key, int index) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(key.certificates().get(index).toArray()));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  static X509Certificate root(PublicKeyVersion key) {
    return certificate(key, key.certificates().size() - 1);
  }

  /** A manifest without its last signature line. */
  static byte[] unsigned(byte[] manifest) {
    String text = text(manifest);
    return text.substring(0, text.lastIndexOf(LINE)).getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String text(byte[] manifest) {
    return new String(manifest, StandardCharsets.ISO_8859_1);
  }

  /** How many signature lines a manifest has. */
  static int lines(byte[] manifest) {
    return text(manifest).split(LINE, -1).length - 1;
  }

  /** The signature in the last line of a manifest. */
  static byte[] lastSignature(byte[] manifest) {
    String text = text(manifest);
    return Base64.getDecoder().decode(text.substring(text.lastIndexOf(LINE) + LINE.length()));
  }

  static void assertManifestSignedBy(PublicKeyVersion key, byte[] manifest, Instant at) {
    assertSignedBy(key, unsigned(manifest), lastSignature(manifest), at);
  }

  /** As Swift 6.0.3 demands it: one signer, no attributes, DER, a chain that leads to the root. */
  static void assertSignedBy(PublicKeyVersion key, byte[] content, byte[] cms, Instant at) {
    try {
      CMSSignedData data = new CMSSignedData(new CMSProcessableByteArray(content), cms);
      assertThat(data.toASN1Structure().getEncoded(ASN1Encoding.DER)).isEqualTo(cms);
      assertThat(data.getSignerInfos().getSigners()).hasSize(1);
      SignerInformation signer = data.getSignerInfos().getSigners().iterator().next();
      assertThat(signer.getSignedAttributes()).isNull();
      assertThat(signer.getUnsignedAttributes()).isNull();
      X509Certificate leaf = certificate(key, 0);
      assertThat(signer.verify(new JcaSimpleSignerInfoVerifierBuilder().build(leaf))).isTrue();
      List<X509Certificate> path = new ArrayList<>();
      path.add(leaf);
      for (Object holder : data.getCertificates().getMatches(null)) {
        X509Certificate certificate =
            new JcaX509CertificateConverter().getCertificate((X509CertificateHolder) holder);
        if (!certificate.equals(leaf) && !certificate.equals(root(key))) {
          path.add(certificate);
        }
      }
      PKIXParameters trust = new PKIXParameters(Set.of(new TrustAnchor(root(key), null)));
      trust.setRevocationEnabled(false);
      trust.setDate(Date.from(at));
      CertPathValidator.getInstance("PKIX")
          .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), trust);
    } catch (Exception e) {
      throw new AssertionError("not signed by " + key.fingerprint(), e);
    }
  }

  static void assertSignedBy(PublicKeyVersion key, byte[] content, Bytes cms, Instant at) {
    assertSignedBy(key, content, cms.toArray(), at);
  }
}
