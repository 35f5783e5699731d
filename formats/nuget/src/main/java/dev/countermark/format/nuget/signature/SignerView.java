package dev.countermark.format.nuget.signature;

import java.math.BigInteger;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.ASN1UTF8String;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.SignerIdentifier;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.cms.Time;
import org.bouncycastle.asn1.esf.CommitmentTypeIndication;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.operator.DefaultAlgorithmNameFinder;

/**
 * One signature within a package signature: the primary one, or one that countersigns it.
 *
 * <p>Structure was checked when it was read; whether it is true is {@link #isGenuine}'s business,
 * and whether it is to be trusted that of a verifier.
 */
public final class SignerView {
  private static final Optional<String> NOT_BY_THAT_KEY =
      Optional.of("is not genuine: the key of its certificate did not make it");

  private final SignerInfo info;
  private final SignatureType type;
  private final Optional<X509Certificate> certificate;
  private final Optional<Instant> signingTime;
  private final Optional<RepositoryClaim> claim;

  private SignerView(
      SignerInfo info,
      SignatureType type,
      Optional<X509Certificate> certificate,
      Optional<Instant> signingTime,
      Optional<RepositoryClaim> claim) {
    this.info = info;
    this.type = type;
    this.certificate = certificate;
    this.signingTime = signingTime;
    this.claim = claim;
  }

  /** How strictly a signer is read, and with which codes. */
  enum Role {
    PRIMARY,
    COUNTERSIGNER
  }

  static SignerView read(SignerInfo info, List<X509Certificate> certificates, Role role)
      throws MalformedSignatureException {
    ASN1Set signed = info.getAuthenticatedAttributes();
    SignatureType type = type(signed);
    Optional<X509Certificate> certificate = find(info.getSID(), certificates);
    if (certificate.isEmpty()) {
      throw new MalformedSignatureException(
          role == Role.PRIMARY ? "NU3010" : "",
          "The signer's certificate is not in the package signature.");
    }
    if (role == Role.PRIMARY) {
      checkEss(signed, certificate.get());
    }
    Optional<Instant> time = signingTime(signed);
    if (time.isEmpty()) {
      throw new MalformedSignatureException(
          role == Role.PRIMARY ? "NU3011" : "NU3031", "The signature has no signing time.");
    }
    Optional<RepositoryClaim> claim =
        type == SignatureType.REPOSITORY ? Optional.of(claim(signed)) : Optional.empty();
    return new SignerView(info, type, certificate, time, claim);
  }

  private static SignatureType type(ASN1Set signed) throws MalformedSignatureException {
    boolean author = false;
    boolean repository = false;
    for (ASN1Encodable value :
        CmsParts.values(signed, PKCSObjectIdentifiers.id_aa_ets_commitmentType)) {
      ASN1ObjectIdentifier commitment =
          CommitmentTypeIndication.getInstance(value).getCommitmentTypeId();
      author |= commitment.equals(PKCSObjectIdentifiers.id_cti_ets_proofOfOrigin);
      repository |= commitment.equals(PKCSObjectIdentifiers.id_cti_ets_proofOfReceipt);
    }
    if (author && repository) {
      throw new MalformedSignatureException(
          "NU3000", "The signature is an author's and a repository's at the same time.");
    }
    return author
        ? SignatureType.AUTHOR
        : repository ? SignatureType.REPOSITORY : SignatureType.UNKNOWN;
  }

  private static Optional<X509Certificate> find(
      SignerIdentifier id, List<X509Certificate> certificates) {
    if (id.isTagged()) {
      byte[] ski = ASN1OctetString.getInstance(id.getId()).getOctets();
      return certificates.stream()
          .filter(c -> Arrays.equals(ski, subjectKeyIdentifier(c)))
          .findFirst();
    }
    IssuerAndSerialNumber issuer = IssuerAndSerialNumber.getInstance(id.getId());
    BigInteger serial = issuer.getSerialNumber().getValue();
    return certificates.stream()
        .filter(
            c ->
                c.getSerialNumber().equals(serial)
                    && X500Name.getInstance(c.getIssuerX500Principal().getEncoded())
                        .equals(issuer.getName()))
        .findFirst();
  }

  static byte[] subjectKeyIdentifier(X509Certificate certificate) {
    byte[] extension = certificate.getExtensionValue(Extension.subjectKeyIdentifier.getId());
    return extension == null
        ? null
        : SubjectKeyIdentifier.getInstance(ASN1OctetString.getInstance(extension).getOctets())
            .getKeyIdentifier();
  }

  /** The signed reference to the signer's certificate (RFC 5035). */
  private static void checkEss(ASN1Set signed, X509Certificate certificate)
      throws MalformedSignatureException {
    Optional<String> objection = essObjection(signed, certificate);
    if (objection.isPresent()) {
      throw new MalformedSignatureException("NU3011", objection.get());
    }
  }

  private static Optional<String> essObjection(ASN1Set signed, X509Certificate certificate) {
    if (CmsParts.count(signed, PKCSObjectIdentifiers.id_aa_signingCertificate) > 0) {
      return Optional.of("The signature has a signing-certificate attribute of version 1.");
    }
    List<ASN1Encodable> values =
        CmsParts.values(signed, PKCSObjectIdentifiers.id_aa_signingCertificateV2);
    if (values.size() != 1
        || CmsParts.count(signed, PKCSObjectIdentifiers.id_aa_signingCertificateV2) != 1) {
      return Optional.of("The signature does not have exactly one signing-certificate-v2.");
    }
    ESSCertIDv2[] ids = SigningCertificateV2.getInstance(values.get(0)).getCerts();
    if (ids.length == 0) {
      return Optional.of("The signing-certificate-v2 names no certificate.");
    }
    for (ESSCertIDv2 id : ids) {
      if (HashAlgorithm.of(id.getHashAlgorithm().getAlgorithm().getId()).isEmpty()) {
        return Optional.of("The signing-certificate-v2 uses an unsupported hash.");
      }
    }
    HashAlgorithm algorithm =
        HashAlgorithm.of(ids[0].getHashAlgorithm().getAlgorithm().getId()).orElseThrow();
    byte[] hash = algorithm.hash(CmsParts.der(CmsParts.sequence(certificate)));
    if (!MessageDigest.isEqual(hash, ids[0].getCertHash())) {
      return Optional.of("The signing-certificate-v2 names another certificate.");
    }
    if (ids[0].getIssuerSerial() == null) {
      return Optional.of("The signing-certificate-v2 names no issuer.");
    }
    GeneralName[] issuers = ids[0].getIssuerSerial().getIssuer().getNames();
    boolean same =
        issuers.length == 1
            && issuers[0].getTagNo() == GeneralName.directoryName
            && X500Name.getInstance(issuers[0].getName())
                .equals(X500Name.getInstance(certificate.getIssuerX500Principal().getEncoded()))
            && ids[0]
                .getIssuerSerial()
                .getSerial()
                .getValue()
                .equals(certificate.getSerialNumber());
    return same
        ? Optional.empty()
        : Optional.of("The signing-certificate-v2 names another issuer or serial number.");
  }

  private static Optional<Instant> signingTime(ASN1Set signed) throws MalformedSignatureException {
    List<ASN1Encodable> values =
        CmsParts.values(signed, PKCSObjectIdentifiers.pkcs_9_at_signingTime);
    if (values.size() != 1) {
      return Optional.empty();
    }
    return Optional.of(Time.getInstance(values.get(0)).getDate().toInstant());
  }

  private static RepositoryClaim claim(ASN1Set signed) throws MalformedSignatureException {
    List<ASN1Encodable> urls = CmsParts.values(signed, Oids.SERVICE_INDEX);
    if (urls.size() != 1 || CmsParts.count(signed, Oids.SERVICE_INDEX) != 1) {
      throw new MalformedSignatureException(
          "NU3000", "The repository signature does not have exactly one service index.");
    }
    List<ASN1Encodable> owners = CmsParts.values(signed, Oids.OWNERS);
    if (owners.size() > 1) {
      throw new MalformedSignatureException(
          "NU3000", "The repository signature has several lists of owners.");
    }
    try {
      List<String> names = new ArrayList<>();
      if (!owners.isEmpty()) {
        ASN1Sequence.getInstance(owners.get(0))
            .forEach(o -> names.add(ASN1UTF8String.getInstance(o).getString()));
        if (names.isEmpty()) {
          throw new IllegalArgumentException("the list of owners is empty");
        }
      }
      return new RepositoryClaim(
          new URI(ASN1IA5String.getInstance(urls.get(0)).getString()), names);
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new MalformedSignatureException(
          "NU3000", "The repository signature is malformed: " + e.getMessage() + ".", e);
    }
  }

  public SignatureType type() {
    return type;
  }

  public X509Certificate certificate() {
    return certificate.orElseThrow();
  }

  /** As the signer claims. */
  public Instant signingTime() {
    return signingTime.orElseThrow();
  }

  /** Of a repository's signature. */
  public Optional<RepositoryClaim> repositoryClaim() {
    return claim;
  }

  /** The signature's octets. */
  public byte[] signatureValue() {
    return info.getEncryptedDigest().getOctets();
  }

  /** The RFC 3161 tokens over {@link #signatureValue}, DER; a sound signature has at most one. */
  public List<byte[]> timestamps() {
    return CmsParts.values(
            info.getUnauthenticatedAttributes(),
            PKCSObjectIdentifiers.id_aa_signatureTimeStampToken)
        .stream()
        .map(CmsParts::der)
        .toList();
  }

  /** Empty when the hash is not one that signatures may use. */
  public Optional<HashAlgorithm> digestAlgorithm() {
    return HashAlgorithm.of(info.getDigestAlgorithm().getAlgorithm().getId());
  }

  /** Why the reference to the certificate is not sound, if so; a primary one's always is. */
  public Optional<String> certificateReferenceObjection() {
    try {
      return essObjection(info.getAuthenticatedAttributes(), certificate());
    } catch (RuntimeException e) {
      // Bouncy Castle throws unchecked exceptions of many kinds for other structures.
      return Optional.of("The signing-certificate-v2 cannot be read.");
    }
  }

  /** Whether the type "data" is signed: RFC 5652 demands it of all but countersignatures. */
  public boolean hasContentType() {
    List<ASN1Encodable> values =
        CmsParts.values(
            info.getAuthenticatedAttributes(), PKCSObjectIdentifiers.pkcs_9_at_contentType);
    return values.size() == 1 && values.get(0).equals(CMSObjectIdentifiers.data);
  }

  /** Whether it is made by RSA PKCS#1 v1.5 with SHA-2; others are never taken for genuine. */
  public boolean hasSupportedAlgorithms() {
    return digestAlgorithm().filter(this::isRsa).isPresent();
  }

  /**
   * Whether the certificate's key made this signature over {@code content}; by RSA PKCS#1 v1.5 with
   * SHA-2, nothing else is recognised.
   *
   * @param content the text that is signed, or the signature value that is countersigned
   */
  public boolean isGenuine(byte[] content) {
    return objection(content).isEmpty();
  }

  /** Why {@link #isGenuine} says no, for people: what follows "the signature". */
  Optional<String> objection(byte[] content) {
    if (!hasSupportedAlgorithms()) {
      return Optional.of(
          "is made by "
              + algorithmName()
              + ", which is not supported: packages are signed by RSA PKCS#1 v1.5 with SHA-256,"
              + " SHA-384 or SHA-512");
    }
    HashAlgorithm algorithm = digestAlgorithm().orElseThrow();
    List<ASN1Encodable> digests =
        CmsParts.values(
            info.getAuthenticatedAttributes(), PKCSObjectIdentifiers.pkcs_9_at_messageDigest);
    if (digests.size() != 1
        || !(digests.get(0).toASN1Primitive() instanceof ASN1OctetString expected)) {
      return Optional.of("does not say the hash of what it signs");
    }
    if (!MessageDigest.isEqual(algorithm.hash(content), expected.getOctets())) {
      return Optional.of("is about other content");
    }
    if (!(certificate().getPublicKey() instanceof RSAPublicKey)) {
      return Optional.of(
          "is by a certificate with a key for "
              + certificate().getPublicKey().getAlgorithm()
              + ", which is not supported: packages are signed by RSA");
    }
    try {
      Signature rsa = Signature.getInstance(algorithm.signatureName());
      rsa.initVerify(certificate().getPublicKey());
      rsa.update(CmsParts.der(info.getAuthenticatedAttributes()));
      return rsa.verify(signatureValue()) ? Optional.empty() : NOT_BY_THAT_KEY;
    } catch (GeneralSecurityException e) {
      return NOT_BY_THAT_KEY;
    }
  }

  /** As people know it: {@code SHA256WITHECDSA}; its number when nobody has named it. */
  private String algorithmName() {
    AlgorithmIdentifier algorithm = info.getDigestEncryptionAlgorithm();
    String name = new DefaultAlgorithmNameFinder().getAlgorithmName(algorithm);
    return name.contains("WITH")
        ? name
        : name
            + " with "
            + new DefaultAlgorithmNameFinder().getAlgorithmName(info.getDigestAlgorithm());
  }

  private boolean isRsa(HashAlgorithm hash) {
    AlgorithmIdentifier algorithm = info.getDigestEncryptionAlgorithm();
    ASN1ObjectIdentifier oid = algorithm.getAlgorithm();
    ASN1ObjectIdentifier combined =
        switch (hash) {
          case SHA256 -> PKCSObjectIdentifiers.sha256WithRSAEncryption;
          case SHA384 -> PKCSObjectIdentifiers.sha384WithRSAEncryption;
          case SHA512 -> PKCSObjectIdentifiers.sha512WithRSAEncryption;
        };
    boolean bare =
        algorithm.getParameters() == null || DERNull.INSTANCE.equals(algorithm.getParameters());
    return bare && (oid.equals(PKCSObjectIdentifiers.rsaEncryption) || oid.equals(combined));
  }

  SignerInfo info() {
    return info;
  }
}
