package dev.countermark.format.nuget.signature;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;

/**
 * The content of {@code .signature.p7s}, read and checked for its structure in the order in which
 * the client checks it (nuget reference, section 4.4): what the client cannot read fails with the
 * client's code.
 */
public final class PackageSignature {
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_DEPTH = 64;

  private final byte[] encoded;
  private final SignedData data;
  private final List<X509Certificate> certificates;
  private final SignerView primary;
  private final byte[] contentBytes;
  private final SignatureContent content;
  private final List<SignerView> countersigners;

  /**
   * Who signed.
   *
   * @param certificates all that the signature carries
   */
  private record Signers(
      List<X509Certificate> certificates, SignerView primary, List<SignerView> countersigners) {}

  private PackageSignature(
      byte[] encoded,
      SignedData data,
      Signers signers,
      byte[] contentBytes,
      SignatureContent content) {
    this.encoded = encoded;
    this.data = data;
    this.certificates = List.copyOf(signers.certificates());
    this.primary = signers.primary();
    this.contentBytes = contentBytes;
    this.content = content;
    this.countersigners = List.copyOf(signers.countersigners());
  }

  /**
   * Reads a signature.
   *
   * @throws MalformedSignatureException with the code of the first check that fails
   */
  public static PackageSignature parse(byte[] p7s) throws MalformedSignatureException {
    try {
      return read(p7s);
    } catch (MalformedSignatureException e) {
      throw e;
    } catch (java.io.IOException | CertificateException | RuntimeException e) {
      // Bouncy Castle throws unchecked exceptions of many kinds for other structures.
      throw new MalformedSignatureException(
          "NU3003", "The package signature is invalid or cannot be read.", e);
    }
  }

  private static PackageSignature read(byte[] p7s)
      throws MalformedSignatureException, CertificateException, java.io.IOException {
    if (p7s.length > MAX_BYTES) {
      throw new MalformedSignatureException(
          "NU3003",
          "The package signature has " + p7s.length + " bytes: at most " + MAX_BYTES + ".");
    }
    Optional<String> objection = Nesting.objection(p7s, MAX_DEPTH);
    if (objection.isPresent()) {
      throw new MalformedSignatureException(
          "NU3003", "The package signature " + objection.get() + ".");
    }
    ASN1Primitive first;
    try (ASN1InputStream in = new ASN1InputStream(p7s)) {
      first = in.readObject();
    }
    ContentInfo outer = ContentInfo.getInstance(first);
    if (!outer.getContentType().equals(CMSObjectIdentifiers.signedData)) {
      throw new MalformedSignatureException("NU3003", "The package signature is no SignedData.");
    }
    SignedData data = SignedData.getInstance(outer.getContent());
    if (data.getEncapContentInfo().getContent() == null) {
      throw new MalformedSignatureException(
          "NU3003", "The package signature does not carry the text that it signs.");
    }
    byte[] text = ASN1OctetString.getInstance(data.getEncapContentInfo().getContent()).getOctets();
    if (data.getSignerInfos().size() != 1) {
      throw new MalformedSignatureException(
          "NU3009", "The package signature does not contain exactly one primary signature.");
    }
    List<X509Certificate> certificates = CmsParts.certificates(data.getCertificates());
    SignerInfo info = SignerInfo.getInstance(data.getSignerInfos().getObjectAt(0));
    SignerView primary = SignerView.read(info, certificates, SignerView.Role.PRIMARY);
    SignatureContent content = SignatureContent.parse(text);
    List<SignerView> countersigners = new ArrayList<>();
    for (ASN1Encodable value :
        CmsParts.values(
            info.getUnauthenticatedAttributes(),
            PKCSObjectIdentifiers.pkcs_9_at_counterSignature)) {
      countersigners.add(
          SignerView.read(
              SignerInfo.getInstance(value), certificates, SignerView.Role.COUNTERSIGNER));
    }
    return new PackageSignature(
        p7s.clone(), data, new Signers(certificates, primary, countersigners), text, content);
  }

  /** The bytes that were read. */
  public byte[] encoded() {
    return encoded.clone();
  }

  /** All certificates that the signature carries, timestamps' own not among them. */
  public List<X509Certificate> certificates() {
    return certificates;
  }

  public SignerView primary() {
    return primary;
  }

  /** What the primary signature signs. */
  public SignatureContent content() {
    return content;
  }

  /** Whether the primary signature is genuine. */
  public boolean isPrimaryGenuine() {
    return primary.isGenuine(contentBytes);
  }

  /** All that countersign the primary signature, of whatever type. */
  public List<SignerView> countersigners() {
    return countersigners;
  }

  /** The repository that countersigned, if exactly one did. */
  public Optional<SignerView> repositoryCountersigner() {
    List<SignerView> all =
        countersigners.stream().filter(c -> c.type() == SignatureType.REPOSITORY).toList();
    return all.size() == 1 ? Optional.of(all.get(0)) : Optional.empty();
  }

  /** The repository's signature, be it primary or a countersignature. */
  public Optional<SignerView> repositorySigner() {
    return primary.type() == SignatureType.REPOSITORY
        ? Optional.of(primary)
        : repositoryCountersigner();
  }

  /** Whether {@code signer}, one of this signature, is genuine. */
  public boolean isGenuine(SignerView signer) {
    return signer == primary ? isPrimaryGenuine() : signer.isGenuine(primary.signatureValue());
  }

  /** Why {@code signer}, one of this signature, is not genuine; empty when it is. */
  public Optional<String> objection(SignerView signer) {
    return signer.objection(signer == primary ? contentBytes : primary.signatureValue());
  }

  SignedData data() {
    return data;
  }
}
