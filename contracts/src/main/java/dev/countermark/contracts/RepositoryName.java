package dev.countermark.contracts;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The name of a repository, {@code owner/name}: the unit that owns keys, tokens and settings.
 *
 * @param owner 1 to 63 characters of {@code [a-z0-9-]}, beginning and ending with a letter or digit
 * @param name the same grammar as {@code owner}
 */
public record RepositoryName(String owner, String name) implements Comparable<RepositoryName> {
  private static final Pattern PART = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  /** First path segments that the gateway itself answers; an owner of that name could hide them. */
  private static final Set<String> RESERVED = Set.of("api", "q", "openapi", "ocsp");

  /** Those of formats. Looked up late: formats are loaded by who knows this class already. */
  private static final class OfFormats {
    private static final Set<String> SEGMENTS =
        Formats.all().stream()
            .flatMap(format -> format.rootSegments().stream())
            .collect(Collectors.toUnmodifiableSet());
  }

  private static boolean isReserved(String owner) {
    return RESERVED.contains(owner) || OfFormats.SEGMENTS.contains(owner);
  }

  /**
   * @throws IllegalArgumentException when a part breaks the grammar, or the owner is a reserved
   *     word
   */
  public RepositoryName {
    if (!isPart(owner) || !isPart(name) || isReserved(owner)) {
      throw new IllegalArgumentException(
          "a repository is owner/name, both [a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    }
  }

  private static boolean isPart(String part) {
    return part != null && PART.matcher(part).matches();
  }

  /** Reads {@code owner/name}; empty when the text is anything else. */
  public static Optional<RepositoryName> parse(String text) {
    int slash = text == null ? -1 : text.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    String owner = text.substring(0, slash);
    String name = text.substring(slash + 1);
    return isPart(owner) && isPart(name) && !isReserved(owner)
        ? Optional.of(new RepositoryName(owner, name))
        : Optional.empty();
  }

  /** Reads {@code owner/name}; throws where {@link #parse} answers empty. */
  @JsonCreator
  public static RepositoryName of(String text) {
    return parse(text)
        .orElseThrow(() -> new IllegalArgumentException("not a repository name (owner/name)"));
  }

  @Override
  public int compareTo(RepositoryName other) {
    return toString().compareTo(other.toString());
  }

  /** {@code owner/name}. */
  @Override
  @JsonValue
  public String toString() {
    return owner + "/" + name;
  }
}
