package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.KeyTerms.Acceptance;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether clients would accept what an authority certifies.
 *
 * @see "RFC 5280, 6.1"
 */
final class AuthorityCheck {
  private static final int MIN_BITS = 2_048;
  private static final int NOT_A_CA = -1;
  private static final int KEY_CERT_SIGN = 5;
  private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
  private static final String ANY_PURPOSE = "2.5.29.37.0";
  private static final Set<String> RSA_SIGNATURES =
      Set.of("SHA256withRSA", "SHA384withRSA", "SHA512withRSA");
  private static final Set<String> SIGNATURES =
      Set.of(
          "SHA256withRSA",
          "SHA384withRSA",
          "SHA512withRSA",
          "SHA256withECDSA",
          "SHA384withECDSA",
          "SHA512withECDSA");

  /** Basic and name constraints, key usage, extended key usage. */
  private static final Set<String> CRITICAL =
      Set.of("2.5.29.19", "2.5.29.30", "2.5.29.15", "2.5.29.37");

  private static final Set<Integer> CURVES = Set.of(256, 384, 521);

  private AuthorityCheck() {}

  /**
   * @param acceptance of the clients who will judge
   * @throws IllegalArgumentException saying what is wrong
   */
  static void require(Authority authority, Acceptance acceptance, Instant now) {
    List<X509Certificate> chain = authority.chain();
    require(!chain.isEmpty(), "there is no certificate");
    Bytes first = Bytes.of(authority.certificate().getPublicKey().getEncoded());
    require(first.equals(authority.key().spki()), "the first certificate is not that of the key");
    for (int i = 0; i < chain.size(); i++) {
      X509Certificate certificate = chain.get(i);
      requireAuthority(certificate, i);
      if (acceptance.curves()) {
        requireKnownKey(certificate);
      } else {
        requireRsa(certificate);
      }
      if (!acceptance.anyExtension()) {
        requireKnownExtensions(certificate);
      }
      requireValid(certificate, now);
      requireCodeSigning(certificate);
      if (i + 1 < chain.size()) {
        requireIssued(certificate, chain.get(i + 1), acceptance.curves());
      } else {
        requireRoot(certificate);
      }
    }
  }

  /**
   * @param below how many authorities are below it in the chain
   */
  private static void requireAuthority(X509Certificate certificate, int below) {
    int path = certificate.getBasicConstraints();
    boolean[] usage = certificate.getKeyUsage();
    require(
        path != NOT_A_CA && (usage == null || usage[KEY_CERT_SIGN]),
        name(certificate) + " is not the certificate of an authority");
    require(path >= below, name(certificate) + " allows only " + path + " authorities below it");
  }

  private static void requireRsa(X509Certificate certificate) {
    require(
        certificate.getPublicKey() instanceof RSAPublicKey rsa
            && rsa.getModulus().bitLength() >= MIN_BITS,
        name(certificate) + " has no RSA key of 2048 bits or more: clients take nothing else");
  }

  private static void requireValid(X509Certificate certificate, Instant now) {
    Instant from = certificate.getNotBefore().toInstant();
    Instant to = certificate.getNotAfter().toInstant();
    require(!now.isBefore(from), name(certificate) + " is not valid before " + from);
    require(now.isBefore(to), name(certificate) + " expired at " + to);
  }

  /** Absent means every purpose; where present it restricts all that is below (NU3012). */
  private static void requireCodeSigning(X509Certificate certificate) {
    try {
      List<String> purposes = certificate.getExtendedKeyUsage();
      require(
          purposes == null || purposes.contains(CODE_SIGNING) || purposes.contains(ANY_PURPOSE),
          name(certificate) + " has an extended key usage without code signing");
    } catch (CertificateParsingException e) {
      throw new IllegalArgumentException(
          name(certificate) + " has an extended key usage that cannot be read", e);
    }
  }

  private static void requireKnownKey(X509Certificate certificate) {
    boolean known =
        certificate.getPublicKey() instanceof ECPublicKey ec
                && CURVES.contains(ec.getParams().getCurve().getField().getFieldSize())
            || certificate.getPublicKey() instanceof RSAPublicKey rsa
                && rsa.getModulus().bitLength() >= MIN_BITS;
    require(
        known,
        name(certificate)
            + " has neither an EC key on P-256, P-384 or P-521 nor an RSA key of 2048 bits or more");
  }

  /**
   * There are clients that give up on a chain with any other, a subject alternative name included.
   */
  private static void requireKnownExtensions(X509Certificate certificate) {
    Set<String> critical = certificate.getCriticalExtensionOIDs();
    Set<String> unknown = new TreeSet<>(critical == null ? Set.of() : critical);
    unknown.removeAll(CRITICAL);
    require(
        unknown.isEmpty(),
        name(certificate) + " has critical extensions that clients do not know: " + unknown);
  }

  private static void requireIssued(
      X509Certificate certificate, X509Certificate issuer, boolean curves) {
    require(
        (curves ? SIGNATURES : RSA_SIGNATURES).contains(certificate.getSigAlgName()),
        name(certificate)
            + " is signed with "
            + certificate.getSigAlgName()
            + ", not with "
            + (curves ? "ECDSA or " : "")
            + "RSA (PKCS#1 v1.5) and SHA-2");
    require(
        certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())
            && isSignedBy(certificate, issuer),
        name(issuer)
            + " did not issue "
            + name(certificate)
            + ": each certificate is followed by that of its issuer");
  }

  /** Which algorithm a root signed itself with is of no account: nobody relies on it. */
  private static void requireRoot(X509Certificate certificate) {
    require(
        certificate.getIssuerX500Principal().equals(certificate.getSubjectX500Principal())
            && isSignedBy(certificate, certificate),
        "the chain must end with the root: "
            + name(certificate)
            + " was issued by "
            + certificate.getIssuerX500Principal().getName()
            + ", whose certificate is missing");
  }

  private static boolean isSignedBy(X509Certificate certificate, X509Certificate issuer) {
    try {
      certificate.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static String name(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName();
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
