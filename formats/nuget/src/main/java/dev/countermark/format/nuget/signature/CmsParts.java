package dev.countermark.format.nuget.signature;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerInfo;

/** Reads and rebuilds the structures of RFC 5652 without touching what they carry. */
final class CmsParts {
  private CmsParts() {}

  static byte[] der(ASN1Encodable value) {
    try {
      return value.toASN1Primitive().getEncoded(ASN1Encoding.DER);
    } catch (IOException e) {
      throw new UncheckedIOException("encoding into memory", e);
    }
  }

  /** The values of all attributes of a type, in order; none when there is no such set. */
  static List<ASN1Encodable> values(ASN1Set attributes, ASN1ObjectIdentifier type) {
    List<ASN1Encodable> values = new ArrayList<>();
    for (Attribute attribute : attributes(attributes)) {
      if (attribute.getAttrType().equals(type)) {
        attribute.getAttrValues().forEach(values::add);
      }
    }
    return values;
  }

  static int count(ASN1Set attributes, ASN1ObjectIdentifier type) {
    return (int) attributes(attributes).stream().filter(a -> a.getAttrType().equals(type)).count();
  }

  private static List<Attribute> attributes(ASN1Set set) {
    List<Attribute> attributes = new ArrayList<>();
    if (set != null) {
      set.forEach(a -> attributes.add(Attribute.getInstance(a)));
    }
    return attributes;
  }

  /**
   * The set with other values of one type; without the attribute when there are none.
   *
   * @param set may be null
   * @return null when nothing is left
   */
  static ASN1Set with(ASN1Set set, ASN1ObjectIdentifier type, List<ASN1Encodable> values) {
    ASN1EncodableVector all = new ASN1EncodableVector();
    for (Attribute attribute : attributes(set)) {
      if (!attribute.getAttrType().equals(type)) {
        all.add(attribute);
      }
    }
    if (!values.isEmpty()) {
      all.add(new Attribute(type, new DERSet(values.toArray(ASN1Encodable[]::new))));
    }
    return all.size() == 0 ? null : new DERSet(all);
  }

  /** The same signer with other unsigned attributes. */
  static SignerInfo with(SignerInfo signer, ASN1Set unsignedAttributes) {
    return new SignerInfo(
        signer.getSID(),
        signer.getDigestAlgorithm(),
        signer.getAuthenticatedAttributes(),
        signer.getDigestEncryptionAlgorithm(),
        signer.getEncryptedDigest(),
        unsignedAttributes);
  }

  /** The same signed data with another signer and more certificates. */
  static byte[] with(SignedData data, SignerInfo signer, List<X509Certificate> more) {
    Set<ASN1Primitive> certificates = new LinkedHashSet<>();
    if (data.getCertificates() != null) {
      data.getCertificates().forEach(c -> certificates.add(c.toASN1Primitive()));
    }
    more.forEach(c -> certificates.add(sequence(c)));
    ASN1EncodableVector digests = new ASN1EncodableVector();
    data.getDigestAlgorithms().forEach(digests::add);
    return signedData(
        new SignedData(
            new DERSet(digests),
            data.getEncapContentInfo(),
            new DERSet(certificates.toArray(ASN1Encodable[]::new)),
            data.getCRLs(),
            new DERSet(signer)));
  }

  static byte[] signedData(SignedData data) {
    return der(new ContentInfo(CMSObjectIdentifiers.signedData, data));
  }

  static ASN1Primitive sequence(X509Certificate certificate) {
    try {
      return ASN1Sequence.getInstance(certificate.getEncoded());
    } catch (CertificateException e) {
      throw new IllegalArgumentException("a certificate that cannot be encoded", e);
    }
  }

  /** The X.509 certificates of a set; others, such as attribute certificates, are left out. */
  static List<X509Certificate> certificates(ASN1Set set) throws CertificateException {
    List<X509Certificate> certificates = new ArrayList<>();
    if (set != null) {
      CertificateFactory x509 = CertificateFactory.getInstance("X.509");
      for (ASN1Encodable each : set) {
        if (each.toASN1Primitive() instanceof ASN1Sequence) {
          certificates.add(
              (X509Certificate) x509.generateCertificate(new ByteArrayInputStream(der(each))));
        }
      }
    }
    return certificates;
  }
}
