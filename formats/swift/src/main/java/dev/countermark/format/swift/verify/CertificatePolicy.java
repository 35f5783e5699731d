package dev.countermark.format.swift.verify;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Whom to trust.
 *
 * @param roots the client's {@code trustedRootCertificatesPath}: certificates of authorities, also
 *     intermediate ones
 * @param validAt when all certificates must be valid; empty is the client's default, which looks at
 *     no dates
 */
public record CertificatePolicy(Set<X509Certificate> roots, Optional<Instant> validAt) {
  public CertificatePolicy {
    roots = Set.copyOf(roots);
    Objects.requireNonNull(validAt, "validAt");
  }

  /** The client's {@code certificateExpiration: enabled}, at a moment. */
  public static CertificatePolicy at(Instant moment, Collection<X509Certificate> roots) {
    return new CertificatePolicy(Set.copyOf(roots), Optional.of(moment));
  }

  /** The client's default: certificates may have expired. */
  public static CertificatePolicy withoutDates(Collection<X509Certificate> roots) {
    return new CertificatePolicy(Set.copyOf(roots), Optional.empty());
  }

  /**
   * Why a certificate could vouch for nobody, if it were among the roots.
   *
   * @param moment when it would have to be valid
   */
  public static Optional<String> objection(X509Certificate root, Instant moment) {
    return CertificateChains.rootObjection(root, moment);
  }

  /**
   * Judges a signer's certificate.
   *
   * @param others from the signature
   */
  Trust judge(X509Certificate certificate, List<X509Certificate> others) {
    return new CertificateChains(this, others).judge(certificate);
  }

  /**
   * @param failure empty when there is no chain at all
   * @param vouching the roots on the way that was found; they alone would do
   */
  record Trust(boolean trusted, Optional<String> failure, Set<X509Certificate> vouching) {}
}
