package dev.countermark.format.nuget.verify;

import dev.countermark.format.certificates.IssuedNames;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x509.Extension;

/**
 * The way from a certificate to a root, and what is wrong with it apart from trust. Validity in
 * time is not looked at: the client ignores it here (nuget reference, section 4.4).
 */
final class CertificateChain {
  /** Bounds the work that a hostile set of certificates can cause. */
  private static final int MAX_STEPS = 64;

  /** Begins the defect of a chain of which an issuer is missing, which a client may have. */
  static final String PARTIAL = "the chain does not end in a root (PartialChain), for want of";

  private static final int MAX_LENGTH = 10;
  private static final int KEY_CERT_SIGN = 5;

  /** Critical extensions that this class or the client's platform evaluates. */
  private static final Set<String> KNOWN_EXTENSIONS =
      Set.of(
          Extension.basicConstraints.getId(),
          Extension.keyUsage.getId(),
          Extension.extendedKeyUsage.getId(),
          Extension.subjectAlternativeName.getId(),
          Extension.certificatePolicies.getId(),
          Extension.policyConstraints.getId(),
          Extension.policyMappings.getId(),
          Extension.inhibitAnyPolicy.getId(),
          Extension.nameConstraints.getId());

  private final List<X509Certificate> path;
  private final boolean trusted;
  private final List<String> defects;

  private CertificateChain(List<X509Certificate> path, boolean trusted, List<String> defects) {
    this.path = path;
    this.trusted = trusted;
    this.defects = defects;
  }

  /**
   * Looks for the best chain: one that ends in a trusted root, else one that ends in any root.
   *
   * @param others that may lie between the certificate and a root
   * @param purpose the extended key usage that no certificate of the chain may rule out
   */
  static CertificateChain build(
      X509Certificate certificate,
      Collection<X509Certificate> others,
      Collection<X509Certificate> roots,
      String purpose) {
    Set<X509Certificate> candidates = new LinkedHashSet<>(roots);
    candidates.addAll(others);
    Search search = new Search(candidates, roots);
    search.extend(new ArrayList<>(List.of(certificate)));
    List<String> defects = defects(search.best, purpose);
    if (search.bestRank == Search.NO_ROOT) {
      defects.add(
          search.wrongIssuer
              ? "a certificate was not signed by the issuer that it names"
              : PARTIAL + " " + issuer(search.best));
    }
    return new CertificateChain(search.best, search.bestRank == Search.TRUSTED_ROOT, defects);
  }

  /** Of the last certificate that was found. */
  private static String issuer(List<X509Certificate> path) {
    return path.get(path.size() - 1).getIssuerX500Principal().getName();
  }

  private static final class Search {
    static final int NO_ROOT = 0;
    static final int SOME_ROOT = 1;
    static final int TRUSTED_ROOT = 2;

    private final Set<X509Certificate> candidates;
    private final Collection<X509Certificate> roots;
    private List<X509Certificate> best = List.of();
    private int bestRank = -1;
    private boolean wrongIssuer;
    private int steps;

    Search(Set<X509Certificate> candidates, Collection<X509Certificate> roots) {
      this.candidates = candidates;
      this.roots = roots;
    }

    void extend(List<X509Certificate> path) {
      X509Certificate last = path.get(path.size() - 1);
      int rank = rank(last);
      if (rank > bestRank || rank == NO_ROOT && bestRank == rank && path.size() > best.size()) {
        best = List.copyOf(path);
        bestRank = rank;
      }
      if (rank != NO_ROOT || path.size() == MAX_LENGTH) {
        return;
      }
      for (X509Certificate candidate : candidates) {
        if (bestRank == TRUSTED_ROOT || steps >= MAX_STEPS) {
          return;
        }
        if (candidate.getSubjectX500Principal().equals(last.getIssuerX500Principal())
            && !path.contains(candidate)) {
          steps++;
          if (isSignedBy(last, candidate)) {
            path.add(candidate);
            extend(path);
            path.remove(path.size() - 1);
          } else {
            wrongIssuer = true;
          }
        }
      }
    }

    private int rank(X509Certificate last) {
      if (!isSelfIssued(last)) {
        return NO_ROOT;
      }
      return roots.contains(last) ? TRUSTED_ROOT : isSignedBy(last, last) ? SOME_ROOT : NO_ROOT;
    }
  }

  private static boolean isSelfIssued(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
  }

  private static boolean isSignedBy(X509Certificate certificate, X509Certificate issuer) {
    try {
      certificate.verify(issuer.getPublicKey());
      return !certificate.getSigAlgName().startsWith("MD");
    } catch (GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }

  private static List<String> defects(List<X509Certificate> path, String purpose) {
    List<String> defects = new ArrayList<>();
    for (int i = 0; i < path.size(); i++) {
      X509Certificate certificate = path.get(i);
      List<String> purposes = CertificateRules.purposes(certificate);
      if (!purposes.isEmpty() && !purposes.contains(purpose)) {
        defects.add("a certificate is not valid for this usage (NotValidForUsage)");
      }
      if (hasUnknownCriticalExtension(certificate)) {
        defects.add("a certificate has a critical extension that is not supported");
      }
      if (i > 0) {
        checkIssuer(certificate, i - 1, defects);
      }
    }
    if (!IssuedNames.arePermitted(path)) {
      defects.add("a certificate has a name that its issuers may not give (NameConstraints)");
    }
    return defects;
  }

  private static boolean hasUnknownCriticalExtension(X509Certificate certificate) {
    Set<String> critical = certificate.getCriticalExtensionOIDs();
    return critical != null && !KNOWN_EXTENSIONS.containsAll(critical);
  }

  /**
   * @param below how many certificates lie between it and the signer's
   */
  private static void checkIssuer(X509Certificate issuer, int below, List<String> defects) {
    boolean[] usage = issuer.getKeyUsage();
    if (usage != null && !usage[KEY_CERT_SIGN]) {
      defects.add("an issuer's key may not sign certificates");
    }
    // Roots of version 1 have no extensions.
    boolean oldRoot = issuer.getVersion() < 3 && isSelfIssued(issuer);
    if (!oldRoot && issuer.getBasicConstraints() < below) {
      defects.add("an issuer may not issue certificates (InvalidBasicConstraints)");
    }
  }

  /** From the signer's certificate on. */
  List<X509Certificate> path() {
    return path;
  }

  /** Whether it ends in a root that the caller trusts. */
  boolean isTrusted() {
    return trusted;
  }

  /** Empty for a chain that has a root, trusted or not, and is sound. */
  List<String> defects() {
    return defects;
  }
}
