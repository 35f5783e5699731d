package dev.countermark.contracts;

import java.time.Duration;
import java.time.Period;
import java.util.Objects;
import java.util.Optional;

/**
 * What the keys of one purpose are like: a format says it, the key service makes them so. The times
 * are what operators get who set none.
 *
 * @param announced how long a new version is published before it signs; as long as clients remember
 *     the list of keys
 * @param certification absent: public keys are published without certificates
 */
public record KeyTerms(
    Algorithm algorithm, Duration announced, Optional<Certification> certification) {
  /** How keys sign the SHA-256 that they are given; the same hash gets the same bytes. */
  public enum Algorithm {
    /** DER signatures on P-256 by RFC 6979. */
    ECDSA,
    /** PKCS#1 v1.5 (RFC 8017, 8.2). */
    RSA
  }

  /**
   * @throws IllegalArgumentException when {@code announced} is negative
   */
  public KeyTerms {
    Objects.requireNonNull(algorithm, "algorithm");
    Objects.requireNonNull(certification, "certification");
    requireTime("announced", announced);
  }

  /** Of keys that have no certificates and sign as soon as they are made. */
  public static KeyTerms bare(Algorithm algorithm) {
    return new KeyTerms(algorithm, Duration.ZERO, Optional.empty());
  }

  /**
   * How an X.509 authority certifies keys for code signing. The own authority's keys are of the
   * algorithm of the keys that it certifies.
   *
   * @param intermediate whether keys are certified by an intermediate, which alone the own root
   *     certifies
   * @param validity of the certificates of repositories
   * @param renewBefore how long before the end of its certificate a key is followed by a new one
   * @param revocation how clients learn of it, where operators have certificates say so
   */
  public record Certification(
      Names names,
      boolean intermediate,
      Period validity,
      Duration renewBefore,
      Revocation revocation,
      Acceptance acceptance) {
    /**
     * @throws IllegalArgumentException when a time is negative or {@code validity} is zero
     */
    public Certification {
      Objects.requireNonNull(names, "names");
      Objects.requireNonNull(revocation, "revocation");
      Objects.requireNonNull(acceptance, "acceptance");
      if (validity.isZero() || validity.isNegative()) {
        throw new IllegalArgumentException("validity is " + validity);
      }
      requireTime("renewBefore", renewBefore);
    }
  }

  /** How clients learn that a certificate was revoked. */
  public enum Revocation {
    /** In no way. */
    NEVER,
    /** They ask an OCSP responder (RFC 6960). */
    RESPONDER,
    /** They fetch a list (RFC 5280, 5), and keep it until the next one is due. */
    LIST
  }

  /**
   * What certificates say of whom they name.
   *
   * @param authority what the authority is called, after the organization
   * @param role what the keys of repositories do, after the repository
   * @param owner whether certificates of repositories name the owner, as {@code OU=}
   */
  public record Names(String authority, String role, boolean owner) {
    /**
     * @throws IllegalArgumentException when one is blank
     */
    public Names {
      if (authority.isBlank() || role.isBlank()) {
        throw new IllegalArgumentException("authority and role have names");
      }
    }
  }

  /**
   * Which chains clients accept: an imported authority is held to it before it certifies, because
   * clients would refuse all packages otherwise.
   *
   * @param curves whether EC keys on P-256, P-384 and P-521 and their signatures are accepted
   *     beside RSA
   * @param anyExtension whether critical extensions are accepted beside basic constraints, name
   *     constraints, key usage and extended key usage
   */
  public record Acceptance(boolean curves, boolean anyExtension) {}

  private static void requireTime(String what, Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException(what + " is negative: " + time);
    }
  }
}
