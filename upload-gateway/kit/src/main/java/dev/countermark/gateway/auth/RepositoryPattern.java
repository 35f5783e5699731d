package dev.countermark.gateway.auth;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.countermark.contracts.RepositoryName;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names of repositories: {@code acme/app}, all of an owner {@code acme/*}, some of them {@code
 * acme/team-*}, or all of the installation {@code *}. A star stands for any characters of owner or
 * name, and for none.
 */
public final class RepositoryPattern {
  /** All repositories. */
  public static final RepositoryPattern ALL = new RepositoryPattern("*", "*");

  private static final Pattern PART = Pattern.compile("[a-z0-9*-]{1,63}");
  private static final char STAR = '*';

  private final String owner;
  private final String name;

  private RepositoryPattern(String owner, String name) {
    this.owner = owner;
    this.name = name;
  }

  /** One repository alone. */
  public static RepositoryPattern of(RepositoryName repository) {
    return new RepositoryPattern(repository.owner(), repository.name());
  }

  /**
   * Reads a pattern.
   *
   * @return empty for what no repository's name can match
   */
  public static Optional<RepositoryPattern> parse(String text) {
    if (text.equals("*")) {
      return Optional.of(ALL);
    }
    int slash = text.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    RepositoryPattern pattern =
        new RepositoryPattern(text.substring(0, slash), text.substring(slash + 1));
    return PART.matcher(pattern.owner).matches()
            && PART.matcher(pattern.name).matches()
            && RepositoryName.parse(pattern.shortest()).isPresent()
        ? Optional.of(pattern)
        : Optional.empty();
  }

  /** A name that matches, if any does: what is a name without its stars, or with a letter each. */
  private String shortest() {
    return text().replace(STAR, 'x');
  }

  /**
   * @throws IllegalArgumentException when it is none
   */
  @JsonCreator
  static RepositoryPattern of(String text) {
    return parse(text).orElseThrow(() -> new IllegalArgumentException("no pattern: " + text));
  }

  public boolean matches(RepositoryName repository) {
    return matches(owner, repository.owner()) && matches(name, repository.name());
  }

  /** Whether all that the other matches is matched by this, too. */
  public boolean covers(RepositoryPattern other) {
    // A star of the other is matched by stars alone, and so is whatever it stands for.
    return matches(owner, other.owner) && matches(name, other.name);
  }

  /** In steps of pattern times text at most, whatever the stars are. */
  private static boolean matches(String pattern, String text) {
    int star = -1;
    int resumed = 0;
    int p = 0;
    int t = 0;
    while (t < text.length()) {
      if (p < pattern.length() && pattern.charAt(p) == STAR) {
        star = p++;
        resumed = t;
      } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
        p++;
        t++;
      } else if (star >= 0) {
        p = star + 1;
        t = ++resumed;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == STAR) {
      p++;
    }
    return p == pattern.length();
  }

  @JsonValue
  private String text() {
    return owner + "/" + name;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RepositoryPattern pattern && pattern.text().equals(text());
  }

  @Override
  public int hashCode() {
    return text().hashCode();
  }

  @Override
  public String toString() {
    return text();
  }
}
