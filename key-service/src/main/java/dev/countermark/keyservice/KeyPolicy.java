package dev.countermark.keyservice;

import dev.countermark.contracts.KeyTerms;
import dev.countermark.contracts.KeyTerms.Revocation;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * How the keys of one purpose are made and certified by this installation.
 *
 * @param terms what they are like, with the times that the operator set
 * @param keyBits of keys of repositories, where they are RSA
 * @param rootBits of keys of the installation's own authority, where they are RSA
 * @param organization {@code O=} of all certificates that are made here
 * @param imported an authority that is used instead of an own one
 * @param revocations where certificates say that it is told whether they are revoked: base address
 *     of the responder, or of the gateway that hands out lists
 */
public record KeyPolicy(
    KeyTerms terms,
    int keyBits,
    int rootBits,
    String organization,
    Optional<ImportedAuthority> imported,
    Optional<URI> revocations) {
  public static final int KEY_BITS = 3_072;
  public static final int ROOT_BITS = 4_096;
  public static final String ORGANIZATION = "Countermark";

  /** Clients refuse smaller keys. */
  private static final int MIN_BITS = 2_048;

  /** Larger ones take minutes to make. */
  private static final int MAX_BITS = 8_192;

  private static final int MAX_ORGANIZATION = 64;

  /**
   * @throws IllegalArgumentException naming what is out of range or does not fit the terms
   */
  public KeyPolicy {
    requireBits("key-bits", keyBits);
    requireBits("root-bits", rootBits);
    if (organization.isBlank() || organization.length() > MAX_ORGANIZATION) {
      throw new IllegalArgumentException("organization has 1 to 64 characters");
    }
    if (imported.isPresent() && terms.certification().isEmpty()) {
      throw new IllegalArgumentException("an authority was imported for keys without certificates");
    }
    Revocation told =
        terms.certification().map(KeyTerms.Certification::revocation).orElse(Revocation.NEVER);
    if (revocations.isPresent() && told == Revocation.NEVER) {
      throw new IllegalArgumentException("revocations are told where no certificate may name");
    }
    if (told == Revocation.LIST && revocations.filter(url -> !isPlain(url)).isPresent()) {
      throw new IllegalArgumentException(
          "lists of revoked certificates are fetched over http only, found "
              + revocations.orElseThrow());
    }
  }

  /** Where the operator set nothing. */
  public static KeyPolicy of(KeyTerms terms) {
    return new KeyPolicy(
        terms, KEY_BITS, ROOT_BITS, ORGANIZATION, Optional.empty(), Optional.empty());
  }

  /** What proves a certificate over TLS may in turn need a list. */
  private static boolean isPlain(URI url) {
    return "http".equalsIgnoreCase(url.getScheme()) && url.getHost() != null;
  }

  private static void requireBits(String what, int bits) {
    if (bits < MIN_BITS || bits > MAX_BITS) {
      throw new IllegalArgumentException(
          what + " is " + MIN_BITS + " to " + MAX_BITS + ", found " + bits);
    }
  }

  /**
   * Whether a version is made ahead that nothing signs with before a rotation: where clients
   * remember the list of certificates, a rotation that cannot wait needs one that they know.
   */
  boolean spare() {
    return terms.certification().isPresent() && !terms.announced().isZero();
  }

  /** How long before the end of its certificate a key is followed by a new one. */
  Duration renewBefore() {
    return terms.certification().map(KeyTerms.Certification::renewBefore).orElse(Duration.ZERO);
  }
}
