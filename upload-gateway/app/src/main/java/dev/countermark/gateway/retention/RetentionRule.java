package dev.countermark.gateway.retention;

import dev.countermark.contracts.Glob;
import dev.countermark.contracts.RepositoryRecord;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What goes: packages that a rule is about, and that it does not keep. One of the last two is there
 * at least; a package goes when it is kept by neither.
 *
 * @param format label; absent for all
 * @param names of packages that it is about, with or without their versions
 * @param tags of images that it is about, all of whose tags are such; absent: it is about untagged
 *     ones
 * @param keepLast so many of each package stay, those that were pushed last
 * @param olderThan what is younger stays; ISO 8601
 */
public record RetentionRule(
    Optional<String> format,
    Glob names,
    Optional<Glob> tags,
    Optional<Integer> keepLast,
    Optional<String> olderThan) {
  /** In the record of the repository, beside the settings of formats. */
  public static final String MEMBER = "retention";

  public RetentionRule {
    format = format == null ? Optional.empty() : format;
    tags = tags == null ? Optional.empty() : tags;
    keepLast = keepLast == null ? Optional.empty() : keepLast;
    olderThan = olderThan == null ? Optional.empty() : olderThan;
  }

  /** All rules of a repository, as they are stored. */
  record All(List<RetentionRule> rules) {
    All {
      rules = List.copyOf(rules);
    }
  }

  public static List<RetentionRule> of(RepositoryRecord repository) {
    return repository.member(MEMBER, All.class).map(All::rules).orElse(List.of());
  }

  /** The same repository with other rules. */
  public static RepositoryRecord with(RepositoryRecord repository, List<RetentionRule> rules) {
    return repository.with(MEMBER, new All(rules));
  }

  Optional<Duration> age() {
    return olderThan.map(Duration::parse);
  }

  boolean isAbout(String label) {
    return format.isEmpty() || format.get().equals(label);
  }

  /** Whether it is about an image with these tags. */
  boolean isAbout(List<String> ownTags) {
    return tags.isEmpty()
        ? ownTags.isEmpty()
        : !ownTags.isEmpty() && ownTags.stream().allMatch(tags.get()::matches);
  }
}
