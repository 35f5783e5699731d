package dev.countermark.conformance.swift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Bytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.BERTags;

/**
 * Judges signatures without our own code and without a toolchain: the exact form that every Swift
 * release accepts (swift reference, section 4.1), then the signature and the chain by the JDK.
 */
public final class SwiftSignatures {
  private static final String SIGNED_DATA = "1.2.840.113549.1.7.2";
  private static final String DATA = "1.2.840.113549.1.7.1";
  private static final String SHA_256 = "2.16.840.1.101.3.4.2.1";
  private static final String ECDSA_SHA_256 = "1.2.840.10045.4.3.2";
  private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
  private static final String LINE = "// signature: cms-1.0.0;";

  private SwiftSignatures() {}

  /** A manifest and the signature that is its last line. */
  record Manifest(Bytes content, Bytes cms) {}

  /** Empty when its last line is no signature. */
  static Optional<Manifest> split(byte[] manifest) {
    String text = new String(manifest, StandardCharsets.UTF_8);
    int line = text.lastIndexOf('\n' + LINE);
    if (line < 0 || text.indexOf('\n', line + 1) >= 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Manifest(
            Bytes.utf8(text.substring(0, line)),
            Bytes.of(Base64.getDecoder().decode(text.substring(line + 1 + LINE.length())))));
  }

  static void assertManifestGenuine(byte[] manifest, byte[] original, X509Certificate root) {
    Manifest signed = split(manifest).orElseThrow(() -> new AssertionError("no signature line"));
    assertThat(signed.content().toArray()).isEqualTo(original);
    assertGenuine(signed.cms().toArray(), original, root);
  }

  /** Something that is signed. */
  interface Content {
    void feed(Signature signature) throws GeneralSecurityException;
  }

  public static X509Certificate assertGenuine(byte[] cms, byte[] content, X509Certificate root) {
    return assertGenuine(cms, signature -> signature.update(content), root);
  }

  /** Of the right form, over this content, by a signer whom the root vouches for. */
  static X509Certificate assertGenuine(byte[] cms, Content content, X509Certificate root) {
    try {
      ASN1Primitive parsed = ASN1Primitive.fromByteArray(cms);
      assertThat(parsed.getEncoded(ASN1Encoding.DER)).as("DER").isEqualTo(cms);
      ASN1Sequence info = sequence(parsed, 2);
      assertOid(info.getObjectAt(0), SIGNED_DATA);
      ASN1Sequence data = sequence(explicit(info.getObjectAt(1)), 5);
      assertThat(integer(data.getObjectAt(0))).isEqualTo(1);
      assertThat(set(data.getObjectAt(1)).size()).isEqualTo(1);
      assertAlgorithm(set(data.getObjectAt(1)).getObjectAt(0), SHA_256);
      assertOid(sequence(data.getObjectAt(2), 1).getObjectAt(0), DATA);
      List<X509Certificate> certificates = certificates(data.getObjectAt(3));
      assertThat(set(data.getObjectAt(4)).size()).as("signers").isEqualTo(1);
      // Five members: no signed and no unsigned attributes.
      ASN1Sequence signer = sequence(set(data.getObjectAt(4)).getObjectAt(0), 5);
      assertThat(integer(signer.getObjectAt(0))).isEqualTo(1);
      assertAlgorithm(signer.getObjectAt(2), SHA_256);
      assertAlgorithm(signer.getObjectAt(3), ECDSA_SHA_256);
      X509Certificate leaf = certificate(certificates, sequence(signer.getObjectAt(1), 2));
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initVerify(leaf);
      content.feed(signature);
      assertThat(signature.verify(ASN1OctetString.getInstance(signer.getObjectAt(4)).getOctets()))
          .as("the signature is over this content")
          .isTrue();
      assertTrusted(leaf, certificates, root);
      return leaf;
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError("not a signature of the form cms-1.0.0", e);
    }
  }

  private static void assertTrusted(
      X509Certificate leaf, List<X509Certificate> certificates, X509Certificate root)
      throws GeneralSecurityException {
    assertThat(leaf.getExtendedKeyUsage()).contains(CODE_SIGNING);
    // basicConstraints, keyUsage, extendedKeyUsage: what clients understand and we use.
    assertThat(leaf.getCriticalExtensionOIDs()).isSubsetOf("2.5.29.19", "2.5.29.15", "2.5.29.37");
    List<X509Certificate> path = new ArrayList<>(List.of(leaf));
    X509Certificate last = leaf;
    while (!last.getIssuerX500Principal().equals(root.getSubjectX500Principal())) {
      X509Certificate at = last;
      last =
          certificates.stream()
              .filter(c -> c.getSubjectX500Principal().equals(at.getIssuerX500Principal()))
              .findFirst()
              .orElseThrow(
                  () -> new AssertionError("no certificate of " + at.getIssuerX500Principal()));
      assertThat(path).doesNotContain(last);
      path.add(last);
    }
    PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
    parameters.setRevocationEnabled(false);
    CertPathValidator.getInstance("PKIX")
        .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
  }

  private static List<X509Certificate> certificates(ASN1Encodable tagged)
      throws IOException, GeneralSecurityException {
    ASN1TaggedObject implicit = ASN1TaggedObject.getInstance(tagged);
    assertThat(implicit.getTagNo()).isZero();
    List<X509Certificate> certificates = new ArrayList<>();
    for (ASN1Encodable each : (ASN1Set) implicit.getBaseUniversal(false, BERTags.SET)) {
      certificates.add(certificate(each.toASN1Primitive().getEncoded()));
    }
    return certificates;
  }

  private static X509Certificate certificate(
      List<X509Certificate> certificates, ASN1Sequence issuerAndSerial) throws IOException {
    byte[] issuer = issuerAndSerial.getObjectAt(0).toASN1Primitive().getEncoded();
    ASN1Integer serial = ASN1Integer.getInstance(issuerAndSerial.getObjectAt(1));
    return certificates.stream()
        .filter(c -> c.getSerialNumber().equals(serial.getValue()))
        .filter(c -> MessageDigest.isEqual(c.getIssuerX500Principal().getEncoded(), issuer))
        .findFirst()
        .orElseThrow(() -> new AssertionError("the signer's certificate is missing"));
  }

  /** DER or PEM. */
  static X509Certificate certificate(byte[] encoded) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(encoded));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("not a certificate", e);
    }
  }

  private static ASN1Sequence sequence(ASN1Encodable value, int size) {
    ASN1Sequence sequence = ASN1Sequence.getInstance(value);
    assertThat(sequence.size()).isEqualTo(size);
    return sequence;
  }

  private static ASN1Set set(ASN1Encodable value) {
    return ASN1Set.getInstance(value);
  }

  private static ASN1Encodable explicit(ASN1Encodable value) {
    return ASN1TaggedObject.getInstance(value).getExplicitBaseObject();
  }

  private static int integer(ASN1Encodable value) {
    return ASN1Integer.getInstance(value).intValueExact();
  }

  private static void assertOid(ASN1Encodable value, String oid) {
    assertThat(ASN1ObjectIdentifier.getInstance(value).getId()).isEqualTo(oid);
  }

  /** Without parameters: a NULL fails on every release of Swift. */
  private static void assertAlgorithm(ASN1Encodable value, String oid) {
    assertOid(sequence(value, 1).getObjectAt(0), oid);
  }

  static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
