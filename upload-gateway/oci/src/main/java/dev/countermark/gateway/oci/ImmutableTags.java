package dev.countermark.gateway.oci;

import dev.countermark.contracts.Glob;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.Tag;
import dev.countermark.gateway.kit.Failed;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tags of a repository that neither move nor go, once they are there. Those that belong to an image
 * by their names are none of them, whatever the patterns say: signers and clients without the
 * referrers API write them again and again.
 */
record ImmutableTags(RepositoryName repository, List<Glob> patterns) {
  /** Cosign's, and those of the fallback of the referrers API. */
  private static final Pattern OF_IMAGES =
      Pattern.compile("(sha256|sha512)-([0-9a-f]{64,})(\\..+)?");

  static ImmutableTags of(RepositoryRecord repository) {
    return new ImmutableTags(
        repository.repository(), repository.settings(new OciFormat()).immutableTags());
  }

  boolean isNone() {
    return patterns.isEmpty();
  }

  boolean cover(Tag tag) {
    return patterns.stream().anyMatch(pattern -> pattern.matches(tag.value()))
        && imageOf(tag.value()).isEmpty();
  }

  /** Digest of the image that a tag belongs to by its name; of a long one its beginning. */
  static Optional<String> imageOf(String tag) {
    Matcher matcher = OF_IMAGES.matcher(tag);
    return matcher.matches()
        ? Optional.of(matcher.group(1) + ":" + matcher.group(2))
        : Optional.empty();
  }

  Failed refusal(Tag tag) {
    return OciCode.DENIED.failed(
        "the tag "
            + tag
            + " neither moves nor goes: the settings of "
            + repository
            + " say so (immutableTags)");
  }
}
