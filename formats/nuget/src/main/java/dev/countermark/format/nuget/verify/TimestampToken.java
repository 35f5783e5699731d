package dev.countermark.format.nuget.verify;

import dev.countermark.format.nuget.signature.MalformedSignatureException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.ess.ESSCertID;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificate;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.tsp.Accuracy;
import org.bouncycastle.asn1.tsp.TSTInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;

/**
 * An RFC 3161 timestamp token whose structure and signature are sound.
 *
 * <p>Not Bouncy Castle's class of that kind: it refuses tokens that the client takes, such as one
 * whose signing time is not its time.
 */
final class TimestampToken {
  /** A policy whose tokens are accurate to a second without saying so (ETSI TS 102 023). */
  private static final String BASELINE_POLICY = "0.4.0.2023.1.1";

  private final TSTInfo info;
  private final Instant time;
  private final SignerInformation signer;
  private final X509Certificate certificate;
  private final List<X509Certificate> certificates;

  private TimestampToken(
      TSTInfo info,
      SignerInformation signer,
      X509Certificate certificate,
      List<X509Certificate> certificates)
      throws ParseException {
    this.info = info;
    this.time = info.getGenTime().getDate().toInstant();
    this.signer = signer;
    this.certificate = certificate;
    this.certificates = List.copyOf(certificates);
  }

  /**
   * Reads a token.
   *
   * @throws MalformedSignatureException {@code NU3020} without the signer's certificate, {@code
   *     NU3021} for all else that is wrong
   */
  static TimestampToken read(byte[] der) throws MalformedSignatureException {
    try {
      return read(new CMSSignedData(der));
    } catch (MalformedSignatureException e) {
      throw e;
    } catch (GeneralSecurityException
        | CMSException
        | IOException
        | OperatorCreationException
        | ParseException
        | RuntimeException e) {
      // Bouncy Castle throws unchecked exceptions of many kinds for other structures.
      throw new MalformedSignatureException("NU3021", "The timestamp cannot be read.", e);
    }
  }

  private static TimestampToken read(CMSSignedData data)
      throws MalformedSignatureException,
          GeneralSecurityException,
          CMSException,
          IOException,
          OperatorCreationException,
          ParseException {
    if (!PKCSObjectIdentifiers.id_ct_TSTInfo.getId().equals(data.getSignedContentTypeOID())
        || data.getSignerInfos().size() != 1) {
      throw malformed("is not one token of one signer");
    }
    TSTInfo info = TSTInfo.getInstance(data.getSignedContent().getContent());
    SignerInformation signer = data.getSignerInfos().iterator().next();
    CertificateFactory x509 = CertificateFactory.getInstance("X.509");
    X509Certificate certificate = null;
    List<X509Certificate> certificates = new ArrayList<>();
    for (X509CertificateHolder holder : data.getCertificates().getMatches(null)) {
      X509Certificate read =
          (X509Certificate) x509.generateCertificate(new ByteArrayInputStream(holder.getEncoded()));
      certificates.add(read);
      if (signer.getSID().match(holder)) {
        certificate = read;
      }
    }
    if (certificate == null) {
      throw new MalformedSignatureException(
          "NU3020", "The timestamp does not contain its signer's certificate.");
    }
    if (!namesItsCertificate(signer, certificate)) {
      throw malformed("names another certificate than its signer's, or none");
    }
    if (!signer.verify(
        new JcaSimpleSignerInfoVerifierBuilder().build(certificate.getPublicKey()))) {
      throw malformed("is not genuine");
    }
    return new TimestampToken(info, signer, certificate, certificates);
  }

  private static MalformedSignatureException malformed(String what) {
    return new MalformedSignatureException("NU3021", "The timestamp " + what + ".");
  }

  /** By the ESS attribute of either version. */
  private static boolean namesItsCertificate(SignerInformation signer, X509Certificate certificate)
      throws GeneralSecurityException {
    byte[] encoded = certificate.getEncoded();
    ASN1Encodable v2 = value(signer, PKCSObjectIdentifiers.id_aa_signingCertificateV2);
    if (v2 != null) {
      ESSCertIDv2 id = SigningCertificateV2.getInstance(v2).getCerts()[0];
      String hash = id.getHashAlgorithm().getAlgorithm().getId();
      return MessageDigest.isEqual(
          MessageDigest.getInstance(hash).digest(encoded), id.getCertHash());
    }
    ASN1Encodable v1 = value(signer, PKCSObjectIdentifiers.id_aa_signingCertificate);
    if (v1 == null) {
      return false;
    }
    ESSCertID id = SigningCertificate.getInstance(v1).getCerts()[0];
    return MessageDigest.isEqual(
        MessageDigest.getInstance("SHA-1").digest(encoded), id.getCertHash());
  }

  private static ASN1Encodable value(SignerInformation signer, ASN1ObjectIdentifier type) {
    Attribute attribute =
        signer.getSignedAttributes() == null ? null : signer.getSignedAttributes().get(type);
    return attribute == null ? null : attribute.getAttrValues().getObjectAt(0);
  }

  X509Certificate certificate() {
    return certificate;
  }

  List<X509Certificate> certificates() {
    return certificates;
  }

  Instant time() {
    return time;
  }

  /** How far off {@link #time} may be, to either side. */
  Duration accuracy() {
    Accuracy accuracy = info.getAccuracy();
    if (accuracy == null) {
      boolean baseline = BASELINE_POLICY.equals(info.getPolicy().getId());
      return baseline ? Duration.ofSeconds(1) : Duration.ZERO;
    }
    return Duration.ofSeconds(number(accuracy.getSeconds()))
        .plusMillis(number(accuracy.getMillis()))
        .plusNanos(number(accuracy.getMicros()) * 1_000L);
  }

  private static int number(ASN1Integer value) {
    return value == null
        ? 0
        : value.getValue().min(BigInteger.valueOf(Integer.MAX_VALUE)).intValue();
  }

  /** In dotted form. */
  String imprintAlgorithm() {
    return info.getMessageImprint().getHashAlgorithm().getAlgorithm().getId();
  }

  byte[] imprint() {
    return info.getMessageImprint().getHashedMessage();
  }

  /** The hash of the token's own signature, in dotted form. */
  String digestAlgorithm() {
    return signer.getDigestAlgOID();
  }
}
