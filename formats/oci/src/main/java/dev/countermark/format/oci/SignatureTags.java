package dev.countermark.format.oci;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cosign's tags that belong to a manifest: {@code sha256-<hex>.sig}.
 *
 * @param subject the manifest
 * @param suffix {@code sig}, {@code att} or {@code sbom}
 */
public record SignatureTags(Digest subject, String suffix) {
  private static final Pattern GRAMMAR =
      Pattern.compile("(sha256)-([0-9a-f]{64})\\.(sig|att|sbom)");

  public static Optional<SignatureTags> parse(String tag) {
    Matcher m = GRAMMAR.matcher(tag);
    return m.matches()
        ? Optional.of(new SignatureTags(new Digest(m.group(1), m.group(2)), m.group(3)))
        : Optional.empty();
  }

  /**
   * {@code sha256-<hex>.sig}; empty for a sha512 subject, whose tag would be too long for a tag.
   */
  public static Optional<String> signature(Digest subject) {
    return tag(subject, "sig");
  }

  public static Optional<String> tag(Digest subject, String suffix) {
    return "sha256".equals(subject.algorithm())
        ? Optional.of("sha256-" + subject.encoded() + "." + suffix)
        : Optional.empty();
  }
}
