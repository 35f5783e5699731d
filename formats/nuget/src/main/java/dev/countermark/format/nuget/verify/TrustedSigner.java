package dev.countermark.format.nuget.verify;

import java.util.List;
import java.util.Objects;

/**
 * A certificate of an entry in {@code trustedSigners} of {@code nuget.config}.
 *
 * @param fingerprint SHA-256 of the certificate, hexadecimal. The client ignores the case, except
 *     that {@code allowUntrustedRoot} works for upper case only
 * @param owners of a repository's packages, of whom one must be named in the signature; none
 *     demanded when empty; not used for authors
 */
public record TrustedSigner(
    Kind kind, String fingerprint, boolean allowUntrustedRoot, List<String> owners) {
  /** Whose signature the certificate must be on. */
  public enum Kind {
    AUTHOR,
    REPOSITORY
  }

  public TrustedSigner {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(fingerprint, "fingerprint");
    owners = List.copyOf(owners);
  }

  public static TrustedSigner author(String fingerprint, boolean allowUntrustedRoot) {
    return new TrustedSigner(Kind.AUTHOR, fingerprint, allowUntrustedRoot, List.of());
  }

  public static TrustedSigner repository(
      String fingerprint, boolean allowUntrustedRoot, List<String> owners) {
    return new TrustedSigner(Kind.REPOSITORY, fingerprint, allowUntrustedRoot, owners);
  }
}
