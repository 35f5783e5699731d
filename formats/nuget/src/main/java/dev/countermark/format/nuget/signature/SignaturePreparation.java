package dev.countermark.format.nuget.signature;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerIdentifier;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.cms.Time;
import org.bouncycastle.asn1.esf.CommitmentTypeIndication;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuerSerial;

/**
 * A signature that lacks nothing but the key's part: ask for {@link #digestToSign}, have it signed
 * wherever the key is, and {@link #finish}. Equal inputs give equal bytes.
 *
 * @see "nuget reference, sections 2.1 to 2.3"
 */
public final class SignaturePreparation {
  private static final AlgorithmIdentifier SHA256 =
      new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256);
  private static final AlgorithmIdentifier RSA =
      new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE);

  /** Makes the whole of the part that was missing. */
  private interface Completion {
    byte[] complete(SignerInfo signer);
  }

  private final List<X509Certificate> chain;
  private final ASN1Set signedAttributes;
  private final Completion completion;

  private SignaturePreparation(
      List<X509Certificate> chain, ASN1Set signedAttributes, Completion completion) {
    this.chain = chain;
    this.signedAttributes = signedAttributes;
    this.completion = completion;
  }

  /**
   * The only signature of a package, by a repository.
   *
   * @param packageHash SHA-256 of the package without a signature
   * @param chain the signer's certificate first, the root last
   */
  public static SignaturePreparation repositoryPrimary(
      byte[] packageHash, List<X509Certificate> chain, Instant signingTime, RepositoryClaim claim) {
    return primary(
        packageHash,
        chain,
        signingTime,
        PKCSObjectIdentifiers.id_cti_ets_proofOfReceipt,
        attributes(claim));
  }

  /**
   * The signature of a package by its author.
   *
   * @param packageHash SHA-256 of the package without a signature
   * @param chain the signer's certificate first, the root last
   */
  public static SignaturePreparation authorPrimary(
      byte[] packageHash, List<X509Certificate> chain, Instant signingTime) {
    return primary(
        packageHash, chain, signingTime, PKCSObjectIdentifiers.id_cti_ets_proofOfOrigin, List.of());
  }

  private static SignaturePreparation primary(
      byte[] packageHash,
      List<X509Certificate> chain,
      Instant signingTime,
      ASN1ObjectIdentifier commitment,
      List<Attribute> more) {
    byte[] content = new SignatureContent(HashAlgorithm.SHA256, packageHash).encode();
    ASN1EncodableVector attributes = new ASN1EncodableVector();
    attributes.add(
        attribute(PKCSObjectIdentifiers.pkcs_9_at_contentType, CMSObjectIdentifiers.data));
    addCommon(attributes, HashAlgorithm.SHA256.hash(content), chain, signingTime, commitment);
    more.forEach(attributes::add);
    return new SignaturePreparation(
        List.copyOf(chain),
        new DERSet(attributes),
        signer ->
            CmsParts.signedData(
                new SignedData(
                    new DERSet(SHA256),
                    new ContentInfo(CMSObjectIdentifiers.data, new DEROctetString(content)),
                    new DERSet(
                        chain.stream().map(CmsParts::sequence).toArray(ASN1Encodable[]::new)),
                    null,
                    new DERSet(signer))));
  }

  /**
   * A repository's signature beside an author's. The author's bytes stay as they are; a repository
   * that countersigned before is replaced.
   *
   * @param signed by an author
   * @param chain the signer's certificate first, the root last
   */
  public static SignaturePreparation repositoryCountersignature(
      PackageSignature signed,
      List<X509Certificate> chain,
      Instant signingTime,
      RepositoryClaim claim) {
    if (signed.primary().type() != SignatureType.AUTHOR) {
      throw new IllegalArgumentException("only an author's signature is countersigned");
    }
    ASN1EncodableVector attributes = new ASN1EncodableVector();
    addCommon(
        attributes,
        HashAlgorithm.SHA256.hash(signed.primary().signatureValue()),
        chain,
        signingTime,
        PKCSObjectIdentifiers.id_cti_ets_proofOfReceipt);
    attributes(claim).forEach(attributes::add);
    return new SignaturePreparation(
        List.copyOf(chain),
        new DERSet(attributes),
        signer -> {
          List<ASN1Encodable> countersignatures = otherCountersignatures(signed);
          countersignatures.add(signer);
          return rebuilt(signed, countersignatures, chain);
        });
  }

  /**
   * A signature without the repositories that countersigned it; certificates stay.
   *
   * @return the same bytes when there are none
   */
  public static byte[] withoutRepositoryCountersignatures(PackageSignature signed) {
    boolean any =
        signed.countersigners().stream().anyMatch(c -> c.type() == SignatureType.REPOSITORY);
    return any ? rebuilt(signed, otherCountersignatures(signed), List.of()) : signed.encoded();
  }

  private static List<ASN1Encodable> otherCountersignatures(PackageSignature signed) {
    List<ASN1Encodable> others = new ArrayList<>();
    for (SignerView countersigner : signed.countersigners()) {
      if (countersigner.type() != SignatureType.REPOSITORY) {
        others.add(countersigner.info());
      }
    }
    return others;
  }

  private static byte[] rebuilt(
      PackageSignature signed, List<ASN1Encodable> countersignatures, List<X509Certificate> more) {
    SignerInfo primary = signed.primary().info();
    ASN1Set unsigned =
        CmsParts.with(
            primary.getUnauthenticatedAttributes(),
            PKCSObjectIdentifiers.pkcs_9_at_counterSignature,
            countersignatures);
    return CmsParts.with(signed.data(), CmsParts.with(primary, unsigned), more);
  }

  private static List<Attribute> attributes(RepositoryClaim claim) {
    List<Attribute> attributes = new ArrayList<>();
    attributes.add(
        attribute(
            Oids.SERVICE_INDEX, new DERIA5String(claim.serviceIndex().toASCIIString(), true)));
    if (!claim.owners().isEmpty()) {
      attributes.add(
          attribute(
              Oids.OWNERS,
              new DERSequence(
                  claim.owners().stream().map(DERUTF8String::new).toArray(ASN1Encodable[]::new))));
    }
    return attributes;
  }

  private static void addCommon(
      ASN1EncodableVector attributes,
      byte[] messageDigest,
      List<X509Certificate> chain,
      Instant signingTime,
      ASN1ObjectIdentifier commitment) {
    attributes.add(
        attribute(
            PKCSObjectIdentifiers.pkcs_9_at_messageDigest, new DEROctetString(messageDigest)));
    attributes.add(
        attribute(PKCSObjectIdentifiers.pkcs_9_at_signingTime, new Time(Date.from(signingTime))));
    attributes.add(
        attribute(
            PKCSObjectIdentifiers.id_aa_ets_commitmentType,
            new CommitmentTypeIndication(commitment)));
    attributes.add(
        attribute(
            PKCSObjectIdentifiers.id_aa_signingCertificateV2,
            new SigningCertificateV2(certificateId(chain.get(0)))));
  }

  /** The issuer's name as it is encoded in the certificate. */
  private static ESSCertIDv2 certificateId(X509Certificate certificate) {
    X500Name issuer = X500Name.getInstance(certificate.getIssuerX500Principal().getEncoded());
    return new ESSCertIDv2(
        SHA256,
        HashAlgorithm.SHA256.hash(CmsParts.der(CmsParts.sequence(certificate))),
        new IssuerSerial(new GeneralNames(new GeneralName(issuer)), certificate.getSerialNumber()));
  }

  private static Attribute attribute(ASN1ObjectIdentifier type, ASN1Encodable value) {
    return new Attribute(type, new DERSet(value));
  }

  /** SHA-256 of what is signed; the key signs it with PKCS#1 v1.5. */
  public byte[] digestToSign() {
    return HashAlgorithm.SHA256.hash(CmsParts.der(signedAttributes));
  }

  /**
   * Completes the signature.
   *
   * @param rsaSignature over {@link #digestToSign}, by the key of the chain's first certificate
   * @return the content of {@code .signature.p7s}, DER
   */
  public byte[] finish(byte[] rsaSignature) {
    return completion.complete(signer(rsaSignature, null));
  }

  /**
   * Completes the signature with a timestamp.
   *
   * @param timestampToken RFC 3161, over {@code rsaSignature}
   */
  public byte[] finish(byte[] rsaSignature, byte[] timestampToken) {
    try (ASN1InputStream in = new ASN1InputStream(timestampToken)) {
      ASN1Set unsigned =
          new DERSet(
              attribute(PKCSObjectIdentifiers.id_aa_signatureTimeStampToken, in.readObject()));
      return completion.complete(signer(rsaSignature, unsigned));
    } catch (java.io.IOException e) {
      throw new IllegalArgumentException("not a timestamp token", e);
    }
  }

  private SignerInfo signer(byte[] rsaSignature, ASN1Set unsignedAttributes) {
    return new SignerInfo(
        identifier(chain.get(0)),
        SHA256,
        signedAttributes,
        RSA,
        new DEROctetString(rsaSignature),
        unsignedAttributes);
  }

  private static SignerIdentifier identifier(X509Certificate certificate) {
    byte[] ski = SignerView.subjectKeyIdentifier(certificate);
    if (ski != null) {
      return new SignerIdentifier(new DEROctetString(ski));
    }
    BigInteger serial = certificate.getSerialNumber();
    return new SignerIdentifier(
        new IssuerAndSerialNumber(
            X500Name.getInstance(certificate.getIssuerX500Principal().getEncoded()), serial));
  }
}
