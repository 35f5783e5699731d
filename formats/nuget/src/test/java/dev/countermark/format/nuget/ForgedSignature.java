package dev.countermark.format.nuget;

import dev.countermark.format.nuget.signature.HashAlgorithm;
import dev.countermark.format.nuget.signature.SignatureContent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
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
import org.bouncycastle.asn1.ess.ESSCertID;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificate;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSASSAPSSparams;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuerSerial;

/**
 * A package signature of which every part can be wrong on purpose; right as long as nothing is
 * changed. Written apart from the code under test.
 */
public final class ForgedSignature {
  public static final String SERVICE_INDEX = "https://feed.example/acme/app/nuget/v3/index.json";

  private static final AlgorithmIdentifier SHA256 =
      new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256);
  private static final ASN1ObjectIdentifier SERVICE_INDEX_OID =
      new ASN1ObjectIdentifier("1.3.6.1.4.1.311.84.2.1.1.1");
  private static final ASN1ObjectIdentifier OWNERS_OID =
      new ASN1ObjectIdentifier("1.3.6.1.4.1.311.84.2.1.1.2");

  /** How the signature itself is made. */
  public enum Algorithm {
    RSA_SHA256,
    RSA_SHA1,
    PSS_SHA256
  }

  public String content;
  public X509Certificate certificate = TestPki.LEAF;
  public KeyPair key = TestPki.LEAF_KEY;
  public List<X509Certificate> certificates = new ArrayList<>();
  public Algorithm algorithm = Algorithm.RSA_SHA256;
  public boolean contentType = true;
  public Instant signingTime = TestPki.NOW;
  public List<ASN1ObjectIdentifier> commitments = new ArrayList<>();
  public boolean ess = true;
  public boolean essVersion1;
  public boolean essIssuer = true;
  public boolean essHash = true;
  public boolean essUnreadable;
  public List<String> serviceIndexes = new ArrayList<>();
  public List<String> owners;
  public final List<ForgedSignature> countersigners = new ArrayList<>();

  /** From the signature's value to a token about it; null for none. */
  public UnaryOperator<byte[]> timestamp;

  public boolean spoiled;
  public int signers = 1;

  private ForgedSignature() {}

  /** An author's signature. */
  public static ForgedSignature author(byte[] packageHash) {
    ForgedSignature forged = new ForgedSignature();
    forged.content =
        new String(
            new SignatureContent(HashAlgorithm.SHA256, packageHash).encode(),
            StandardCharsets.UTF_8);
    forged.commitments.add(PKCSObjectIdentifiers.id_cti_ets_proofOfOrigin);
    forged.certificates.addAll(TestPki.chain(forged.certificate));
    return forged;
  }

  /** A repository's signature, the only one of the package. */
  public static ForgedSignature repository(byte[] packageHash) {
    ForgedSignature forged = author(packageHash);
    forged.asRepository();
    return forged;
  }

  /** A repository's signature beside another. */
  public static ForgedSignature countersignature() {
    ForgedSignature forged = new ForgedSignature();
    forged.contentType = false;
    forged.certificates.addAll(TestPki.chain(forged.certificate));
    forged.asRepository();
    return forged;
  }

  private void asRepository() {
    commitments = new ArrayList<>(List.of(PKCSObjectIdentifiers.id_cti_ets_proofOfReceipt));
    serviceIndexes.add(SERVICE_INDEX);
    owners = List.of("acme", "bob");
  }

  /** Another signer, with a chain of its own. */
  public ForgedSignature by(X509Certificate signer, KeyPair signerKey, X509Certificate... issuers) {
    certificate = signer;
    key = signerKey;
    certificates = new ArrayList<>(List.of(issuers));
    certificates.add(0, signer);
    return this;
  }

  public ForgedSignature but(Consumer<ForgedSignature> change) {
    change.accept(this);
    return this;
  }

  public ForgedSignature countersigned(ForgedSignature countersignature) {
    countersigners.add(countersignature);
    return this;
  }

  /** The content of {@code .signature.p7s}. */
  public byte[] p7s() {
    byte[] text = content.getBytes(StandardCharsets.UTF_8);
    SignerInfo signer = signer(text);
    ASN1EncodableVector infos = new ASN1EncodableVector();
    infos.add(signer);
    for (int i = 1; i < signers; i++) {
      infos.add(signer(text));
    }
    List<X509Certificate> all = new ArrayList<>(certificates);
    countersigners.forEach(c -> all.addAll(c.certificates));
    SignedData data =
        new SignedData(
            new DERSet(digestAlgorithm()),
            new ContentInfo(CMSObjectIdentifiers.data, new DEROctetString(text)),
            new DERSet(
                all.stream()
                    .distinct()
                    .map(c -> primitive(encoded(c)))
                    .toArray(ASN1Encodable[]::new)),
            null,
            new DERSet(infos));
    return der(new ContentInfo(CMSObjectIdentifiers.signedData, data));
  }

  private SignerInfo signer(byte[] signed) {
    DERSet attributes = attributes(signed);
    byte[] value = value(der(attributes));
    if (spoiled) {
      value[value.length / 2] ^= 1;
    }
    ASN1EncodableVector unsigned = new ASN1EncodableVector();
    if (timestamp != null) {
      unsigned.add(
          attribute(
              PKCSObjectIdentifiers.id_aa_signatureTimeStampToken,
              primitive(timestamp.apply(value))));
    }
    if (!countersigners.isEmpty()) {
      SignerInfo[] infos =
          countersigners.stream().map(c -> c.signer(value)).toArray(SignerInfo[]::new);
      unsigned.add(
          new Attribute(PKCSObjectIdentifiers.pkcs_9_at_counterSignature, new DERSet(infos)));
    }
    ASN1Set unsignedSet = unsigned.size() == 0 ? null : new DERSet(unsigned);
    return new SignerInfo(
        new SignerIdentifier(new IssuerAndSerialNumber(issuer(), certificate.getSerialNumber())),
        digestAlgorithm(),
        attributes,
        signatureAlgorithm(),
        new DEROctetString(value),
        unsignedSet);
  }

  private DERSet attributes(byte[] signed) {
    ASN1EncodableVector all = new ASN1EncodableVector();
    if (contentType) {
      all.add(attribute(PKCSObjectIdentifiers.pkcs_9_at_contentType, CMSObjectIdentifiers.data));
    }
    String hash = algorithm == Algorithm.RSA_SHA1 ? "SHA-1" : "SHA-256";
    all.add(
        attribute(
            PKCSObjectIdentifiers.pkcs_9_at_messageDigest,
            new DEROctetString(digest(hash, signed))));
    if (signingTime != null) {
      all.add(
          attribute(PKCSObjectIdentifiers.pkcs_9_at_signingTime, new Time(Date.from(signingTime))));
    }
    if (!commitments.isEmpty()) {
      ASN1Encodable[] values =
          commitments.stream().map(CommitmentTypeIndication::new).toArray(ASN1Encodable[]::new);
      all.add(new Attribute(PKCSObjectIdentifiers.id_aa_ets_commitmentType, new DERSet(values)));
    }
    if (ess) {
      all.add(
          attribute(
              PKCSObjectIdentifiers.id_aa_signingCertificateV2,
              essUnreadable ? DERNull.INSTANCE : new SigningCertificateV2(certificateId())));
    }
    if (essVersion1) {
      all.add(
          attribute(
              PKCSObjectIdentifiers.id_aa_signingCertificate,
              new SigningCertificate(new ESSCertID(digest("SHA-1", encoded(certificate))))));
    }
    if (!serviceIndexes.isEmpty()) {
      ASN1Encodable[] values =
          serviceIndexes.stream().map(DERIA5String::new).toArray(ASN1Encodable[]::new);
      all.add(new Attribute(SERVICE_INDEX_OID, new DERSet(values)));
    }
    if (owners != null) {
      all.add(
          attribute(
              OWNERS_OID,
              new DERSequence(
                  owners.stream().map(DERUTF8String::new).toArray(ASN1Encodable[]::new))));
    }
    return new DERSet(all);
  }

  private ESSCertIDv2 certificateId() {
    byte[] hash = digest("SHA-256", encoded(certificate));
    if (!essHash) {
      hash[0] ^= 1;
    }
    IssuerSerial issuer =
        new IssuerSerial(
            new GeneralNames(new GeneralName(issuer())), certificate.getSerialNumber());
    return essIssuer ? new ESSCertIDv2(SHA256, hash, issuer) : new ESSCertIDv2(SHA256, hash);
  }

  private X500Name issuer() {
    return X500Name.getInstance(certificate.getIssuerX500Principal().getEncoded());
  }

  private AlgorithmIdentifier digestAlgorithm() {
    return algorithm == Algorithm.RSA_SHA1
        ? new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1)
        : SHA256;
  }

  private AlgorithmIdentifier signatureAlgorithm() {
    return algorithm == Algorithm.PSS_SHA256
        ? new AlgorithmIdentifier(
            PKCSObjectIdentifiers.id_RSASSA_PSS,
            new RSASSAPSSparams(
                SHA256,
                new AlgorithmIdentifier(PKCSObjectIdentifiers.id_mgf1, SHA256),
                new org.bouncycastle.asn1.ASN1Integer(32),
                RSASSAPSSparams.DEFAULT_TRAILER_FIELD))
        : new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE);
  }

  private byte[] value(byte[] signed) {
    try {
      Signature signature =
          Signature.getInstance(
              switch (algorithm) {
                case RSA_SHA256 -> "SHA256withRSA";
                case RSA_SHA1 -> "SHA1withRSA";
                case PSS_SHA256 -> "RSASSA-PSS";
              });
      if (algorithm == Algorithm.PSS_SHA256) {
        signature.setParameter(
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
      }
      signature.initSign(key.getPrivate());
      signature.update(signed);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Attribute attribute(ASN1ObjectIdentifier type, ASN1Encodable value) {
    return new Attribute(type, new DERSet(value));
  }

  private static byte[] digest(String algorithm, byte[] bytes) {
    try {
      return MessageDigest.getInstance(algorithm).digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ASN1Primitive primitive(byte[] der) {
    try {
      return ASN1Primitive.fromByteArray(der);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] der(ASN1Encodable value) {
    try {
      return value.toASN1Primitive().getEncoded(ASN1Encoding.DER);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
