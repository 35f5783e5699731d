package dev.countermark.format.nuget.verify;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;

/** What a certificate must be by itself, whoever issued it (nuget reference, section 2.6). */
final class CertificateRules {
  static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
  static final String TIMESTAMPING = "1.3.6.1.5.5.7.3.8";

  private static final String LIFETIME_SIGNING = "1.3.6.1.4.1.311.10.3.13";
  private static final int MIN_RSA_BITS = 2048;
  private static final Set<String> ALGORITHMS =
      Set.of(
          PKCSObjectIdentifiers.sha256WithRSAEncryption.getId(),
          PKCSObjectIdentifiers.sha384WithRSAEncryption.getId(),
          PKCSObjectIdentifiers.sha512WithRSAEncryption.getId());

  private CertificateRules() {}

  /** Whether the issuer signed it with RSA PKCS#1 v1.5 and SHA-2. */
  static boolean isIssuedBySupportedAlgorithm(X509Certificate certificate) {
    return ALGORITHMS.contains(certificate.getSigAlgOID());
  }

  static boolean hasSupportedKey(X509Certificate certificate) {
    return certificate.getPublicKey() instanceof RSAPublicKey rsa
        && rsa.getModulus().bitLength() >= MIN_RSA_BITS;
  }

  static boolean isForLifetimeSigning(X509Certificate certificate) {
    return purposes(certificate).contains(LIFETIME_SIGNING);
  }

  static boolean isNotYetValid(X509Certificate certificate, Instant now) {
    return certificate.getNotBefore().toInstant().isAfter(now);
  }

  static boolean isValidAt(X509Certificate certificate, Instant time) {
    return !time.isBefore(certificate.getNotBefore().toInstant())
        && !time.isAfter(certificate.getNotAfter().toInstant());
  }

  /** The extended key usages; empty when there is no such extension. */
  static List<String> purposes(X509Certificate certificate) {
    try {
      List<String> purposes = certificate.getExtendedKeyUsage();
      return purposes == null ? List.of() : purposes;
    } catch (CertificateParsingException e) {
      return List.of("unreadable");
    }
  }
}
