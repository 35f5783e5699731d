package dev.countermark.format.swift.signature;

import dev.countermark.format.certificates.EcdsaSignature;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/**
 * A detached signature of format {@code cms-1.0.0}, of the shape that Swift 6.0.3 takes (swift
 * reference, section 4.2): DER, one signer by issuer and serial number, no signed attributes, ECDSA
 * over the content itself, with the signer's certificate in it.
 */
public final class CmsSignature {
  private static final int MAX_BYTES = 64 << 10;
  private static final int MAX_CERTIFICATES = 10;

  private final byte[] encoded;
  private final List<X509Certificate> certificates;
  private final X509Certificate signer;
  private final HashAlgorithm digestAlgorithm;
  private final byte[] value;
  private final boolean unsignedAttributes;

  private CmsSignature(
      byte[] encoded,
      List<X509Certificate> certificates,
      X509Certificate signer,
      HashAlgorithm digestAlgorithm,
      byte[] value,
      boolean unsignedAttributes) {
    this.encoded = encoded;
    this.certificates = List.copyOf(certificates);
    this.signer = signer;
    this.digestAlgorithm = digestAlgorithm;
    this.value = value;
    this.unsignedAttributes = unsignedAttributes;
  }

  /**
   * Reads a signature; whether it is genuine is another question.
   *
   * @param der at most 64 KiB
   * @throws MalformedSignatureException when a client would not take it
   */
  public static CmsSignature parse(byte[] der) throws MalformedSignatureException {
    try {
      return read(der);
    } catch (MalformedSignatureException e) {
      throw e;
    } catch (IOException | CertificateException | RuntimeException e) {
      // Bouncy Castle throws unchecked exceptions of many kinds for other structures.
      throw new MalformedSignatureException("The signature is not a CMS signature.", e);
    }
  }

  private static CmsSignature read(byte[] der)
      throws MalformedSignatureException, IOException, CertificateException {
    demand(der.length > 0, "The signature is empty.");
    demand(der.length <= MAX_BYTES, "The signature has more than 64 KiB.");
    ContentInfo outer = ContentInfo.getInstance(strictDer(der));
    demand(
        outer.getContentType().equals(CMSObjectIdentifiers.signedData),
        "The signature is no CMS SignedData.");
    SignedData data = SignedData.getInstance(outer.getContent());
    demand(data.getVersion().hasValue(1), "The SignedData is not of version 1.");
    ContentInfo content = data.getEncapContentInfo();
    demand(
        content.getContentType().equals(CMSObjectIdentifiers.data),
        "The signed content is not of type data.");
    demand(content.getContent() == null, "The signature carries the content: it must be detached.");
    demand(data.getCRLs() == null, "The signature carries revocation lists.");
    demand(data.getSignerInfos().size() == 1, "The signature does not have exactly one signer.");
    SignerInfo info = SignerInfo.getInstance(data.getSignerInfos().getObjectAt(0));
    demand(
        info.getVersion().hasValue(1) && !info.getSID().isTagged(),
        "The signer is not named by issuer and serial number.");
    demand(
        info.getAuthenticatedAttributes() == null,
        "The signature has signed attributes: it must be over the content itself.");
    HashAlgorithm hash = digestAlgorithm(data, info);
    List<X509Certificate> certificates = certificates(data);
    return new CmsSignature(
        der,
        certificates,
        signer(info, certificates),
        hash,
        info.getEncryptedDigest().getOctets(),
        info.getUnauthenticatedAttributes() != null);
  }

  private static void demand(boolean holds, String otherwise) throws MalformedSignatureException {
    if (!holds) {
      throw new MalformedSignatureException(otherwise);
    }
  }

  /** Clients read DER only, down to the order of sets. */
  private static ASN1Primitive strictDer(byte[] der)
      throws MalformedSignatureException, IOException {
    Optional<String> objection = Nesting.objection(der);
    if (objection.isPresent()) {
      throw new MalformedSignatureException("The signature " + objection.get() + ".");
    }
    ASN1Primitive value;
    try (ASN1InputStream in = new ASN1InputStream(der)) {
      value = in.readObject();
      demand(value != null && in.read() < 0, "There are bytes behind the signature.");
    }
    demand(
        Arrays.equals(value.getEncoded(ASN1Encoding.DER), der),
        "The signature is not encoded by DER.");
    return value;
  }

  private static HashAlgorithm digestAlgorithm(SignedData data, SignerInfo info)
      throws MalformedSignatureException {
    AlgorithmIdentifier digest = info.getDigestAlgorithm();
    HashAlgorithm hash =
        HashAlgorithm.of(digest.getAlgorithm())
            .orElseThrow(
                () -> new MalformedSignatureException("The content is not hashed by SHA-2."));
    demand(
        digest.getParameters() == null,
        "Digest and signature algorithm mismatch: the digest algorithm has parameters, even if"
            + " they are NULL.");
    boolean listed = false;
    for (ASN1Encodable each : data.getDigestAlgorithms()) {
      listed |= AlgorithmIdentifier.getInstance(each).equals(digest);
    }
    demand(listed, "The signer's digest algorithm is not listed in the signature.");
    AlgorithmIdentifier signature = info.getDigestEncryptionAlgorithm();
    demand(
        signature.getAlgorithm().equals(hash.ecdsa()) && signature.getParameters() == null,
        "The signature is not by ECDSA with the digest algorithm that it names.");
    return hash;
  }

  private static List<X509Certificate> certificates(SignedData data)
      throws MalformedSignatureException, CertificateException, IOException {
    demand(
        data.getCertificates() != null && data.getCertificates().size() > 0,
        "Unable to locate signing certificate: the signature has no certificates.");
    demand(
        data.getCertificates().size() <= MAX_CERTIFICATES, "The signature has many certificates.");
    CertificateFactory x509 = CertificateFactory.getInstance("X.509");
    List<X509Certificate> certificates = new ArrayList<>();
    byte[] previous = new byte[0];
    for (ASN1Encodable each : data.getCertificates()) {
      demand(
          each.toASN1Primitive() instanceof ASN1Sequence,
          "The signature has certificates of another kind than X.509.");
      byte[] certificate = each.toASN1Primitive().getEncoded(ASN1Encoding.DER);
      // Bouncy Castle cannot tell that what the implicit tag hides is a set.
      demand(
          Arrays.compareUnsigned(previous, certificate) <= 0,
          "The certificates are not in the order of DER.");
      previous = certificate;
      certificates.add(
          (X509Certificate) x509.generateCertificate(new ByteArrayInputStream(certificate)));
    }
    return certificates;
  }

  private static X509Certificate signer(SignerInfo info, List<X509Certificate> certificates)
      throws MalformedSignatureException, IOException {
    IssuerAndSerialNumber id = IssuerAndSerialNumber.getInstance(info.getSID().getId());
    byte[] issuer = id.getName().getEncoded(ASN1Encoding.DER);
    for (X509Certificate each : certificates) {
      if (each.getSerialNumber().equals(id.getSerialNumber().getValue())
          && Arrays.equals(each.getIssuerX500Principal().getEncoded(), issuer)) {
        demand(
            each.getPublicKey() instanceof ECPublicKey, "The signer's key is not one for ECDSA.");
        return each;
      }
    }
    throw new MalformedSignatureException(
        "Unable to locate signing certificate: it is not in the signature.");
  }

  /** As it was parsed; not copied. */
  public byte[] encoded() {
    return encoded;
  }

  /** All certificates that it carries, as they are ordered in it. */
  public List<X509Certificate> certificates() {
    return certificates;
  }

  /** The signer's certificate. */
  public X509Certificate signer() {
    return signer;
  }

  /** SHA-256 over the signer's certificate, lower-case hexadecimal. */
  public String signerFingerprint() {
    return fingerprint(signer);
  }

  /** SHA-256 over a certificate, lower-case hexadecimal. */
  public static String fingerprint(X509Certificate certificate) {
    try {
      return HexFormat.of().formatHex(HashAlgorithm.SHA256.hash(certificate.getEncoded()));
    } catch (CertificateException e) {
      throw new IllegalArgumentException("a certificate that cannot be encoded", e);
    }
  }

  /** By which the content is to be hashed for {@link #isGenuine}. */
  public HashAlgorithm digestAlgorithm() {
    return digestAlgorithm;
  }

  /** What the signer's key made: an ECDSA signature, DER. */
  public byte[] signatureValue() {
    return value.clone();
  }

  /** Swift 6.0 to 6.2 overlook them, later clients cannot read such a signature. */
  public boolean hasUnsignedAttributes() {
    return unsignedAttributes;
  }

  /**
   * Whether the signer's key made this signature over the content. Says nothing about trust.
   *
   * @param contentHash by {@link #digestAlgorithm}
   */
  public boolean isGenuine(byte[] contentHash) {
    return contentHash.length == digestAlgorithm.digest().getDigestLength()
        && EcdsaSignature.isGenuine(signer.getPublicKey().getEncoded(), contentHash, value);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CmsSignature that && MessageDigest.isEqual(encoded, that.encoded);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(encoded);
  }
}
