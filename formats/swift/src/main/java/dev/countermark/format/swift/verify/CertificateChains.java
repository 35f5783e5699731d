package dev.countermark.format.swift.verify;

import dev.countermark.format.certificates.IssuedNames;
import dev.countermark.format.swift.verify.CertificatePolicy.Trust;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * Looks for a way from a certificate to a trusted one, as the client does: a way over a critical
 * extension that it does not know is none, a way that breaks a rule is a failure.
 */
final class CertificateChains {
  private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

  /** Bounds the work that a hostile set of certificates can cause. */
  private static final int MAX_STEPS = 64;

  private static final int MAX_LENGTH = 8;

  /** Bit of keyUsage (RFC 5280, 4.2.1.3). */
  private static final int KEY_CERT_SIGN = 5;

  private static final Set<String> KNOWN_EXTENSIONS =
      Set.of(
          Extension.basicConstraints.getId(),
          Extension.nameConstraints.getId(),
          Extension.keyUsage.getId(),
          Extension.extendedKeyUsage.getId(),
          "1.2.840.113635.100.6.1.35",
          "1.2.840.113635.100.6.1.2",
          "1.2.840.113635.100.6.1.12");

  private static final Set<String> ALGORITHMS =
      Set.of(
          X9ObjectIdentifiers.ecdsa_with_SHA256.getId(),
          X9ObjectIdentifiers.ecdsa_with_SHA384.getId(),
          X9ObjectIdentifiers.ecdsa_with_SHA512.getId(),
          PKCSObjectIdentifiers.sha256WithRSAEncryption.getId(),
          PKCSObjectIdentifiers.sha384WithRSAEncryption.getId(),
          PKCSObjectIdentifiers.sha512WithRSAEncryption.getId());

  private final CertificatePolicy policy;
  private final Set<X509Certificate> candidates = new LinkedHashSet<>();
  private boolean trusted;
  private Set<X509Certificate> vouching = Set.of();
  private Optional<String> failure = Optional.empty();
  private int steps;

  CertificateChains(CertificatePolicy policy, List<X509Certificate> others) {
    this.policy = policy;
    candidates.addAll(policy.roots());
    candidates.addAll(others);
  }

  Trust judge(X509Certificate certificate) {
    extend(new ArrayList<>(List.of(certificate)));
    return new Trust(trusted, trusted ? Optional.empty() : failure, vouching);
  }

  private void extend(List<X509Certificate> path) {
    X509Certificate last = path.get(path.size() - 1);
    if (hasUnknownCriticalExtension(last)) {
      return;
    }
    if (policy.roots().contains(last)) {
      Optional<String> objection = objection(path);
      if (!trusted && objection.isEmpty()) {
        trusted = true;
        vouching = new LinkedHashSet<>(path);
        vouching.retainAll(policy.roots());
      }
      failure = failure.or(() -> objection);
    }
    if (path.size() == MAX_LENGTH) {
      return;
    }
    for (X509Certificate candidate : candidates) {
      if (trusted || steps >= MAX_STEPS) {
        return;
      }
      if (candidate.getSubjectX500Principal().equals(last.getIssuerX500Principal())
          && !path.contains(candidate)) {
        steps++;
        if (isSignedBy(last, candidate)) {
          path.add(candidate);
          extend(path);
          path.remove(path.size() - 1);
        }
      }
    }
  }

  private static boolean hasUnknownCriticalExtension(X509Certificate certificate) {
    Set<String> critical = certificate.getCriticalExtensionOIDs();
    return critical != null && !KNOWN_EXTENSIONS.containsAll(critical);
  }

  private static boolean isSignedBy(X509Certificate certificate, X509Certificate issuer) {
    try {
      certificate.verify(issuer.getPublicKey());
      return ALGORITHMS.contains(certificate.getSigAlgOID());
    } catch (GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }

  /** Of a whole way, the trusted certificate last. */
  private Optional<String> objection(List<X509Certificate> path) {
    X509Certificate leaf = path.get(0);
    if (!isForCode(leaf)) {
      return Optional.of(name(leaf) + " does not have code signing extended key usage");
    }
    for (X509Certificate each : path) {
      Optional<String> date = policy.validAt().flatMap(moment -> dateObjection(each, moment));
      if (date.isPresent()) {
        return date;
      }
    }
    Optional<String> anchor = authorityObjection(path.get(path.size() - 1));
    if (anchor.isPresent()) {
      return anchor;
    }
    for (int i = 1; i < path.size(); i++) {
      // Between it and the signer's certificate lie i - 1 others; -1 is an end entity.
      if (path.get(i).getBasicConstraints() < i - 1) {
        return Optional.of(
            "RFC5280Policy: " + name(path.get(i)) + " may not issue the certificates below it");
      }
    }
    return IssuedNames.arePermitted(path)
        ? Optional.empty()
        : Optional.of("RFC5280Policy: " + name(leaf) + " has a name that its issuers may not give");
  }

  private static Optional<String> authorityObjection(X509Certificate anchor) {
    return anchor.getBasicConstraints() < 0
        ? Optional.of("RFC5280Policy: " + name(anchor) + " is not marked as a CA")
        : Optional.empty();
  }

  /** What stands against a trusted certificate, whatever is below it. */
  static Optional<String> rootObjection(X509Certificate root, Instant moment) {
    if (hasUnknownCriticalExtension(root)) {
      return Optional.of(name(root) + " has a critical extension that clients do not know");
    }
    return authorityObjection(root)
        .or(() -> usageObjection(root))
        .or(() -> dateObjection(root, moment));
  }

  private static Optional<String> usageObjection(X509Certificate root) {
    boolean[] usage = root.getKeyUsage();
    return usage != null && !usage[KEY_CERT_SIGN]
        ? Optional.of(name(root) + " may not sign certificates (keyUsage)")
        : Optional.empty();
  }

  private static Optional<String> dateObjection(X509Certificate certificate, Instant moment) {
    if (moment.isBefore(certificate.getNotBefore().toInstant())) {
      return Optional.of("RFC5280Policy: " + name(certificate) + " is not yet valid");
    }
    return moment.isAfter(certificate.getNotAfter().toInstant())
        ? Optional.of("RFC5280Policy: " + name(certificate) + " has expired")
        : Optional.empty();
  }

  private static boolean isForCode(X509Certificate certificate) {
    try {
      List<String> purposes = certificate.getExtendedKeyUsage();
      return purposes != null && purposes.contains(CODE_SIGNING);
    } catch (CertificateParsingException e) {
      return false;
    }
  }

  private static String name(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName();
  }
}
