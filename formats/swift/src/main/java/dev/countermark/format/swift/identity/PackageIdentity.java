package dev.countermark.format.swift.identity;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * {@code scope.name}, in the spelling that somebody used. The case of a letter tells no package
 * from another, but is kept: compare {@link #lower()}.
 *
 * @see "swift reference, section 2"
 */
public record PackageIdentity(String scope, String name) {
  private static final Pattern SCOPE =
      Pattern.compile("(?=.{1,39}\\z)[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*");
  private static final Pattern NAME =
      Pattern.compile("(?=.{1,100}\\z)[a-zA-Z0-9]+([-_][a-zA-Z0-9]+)*");

  /** Scopes that would be taken for an endpoint's path. */
  private static final Set<String> RESERVED =
      Set.of("identifiers", "login", "availability", "submissions");

  /**
   * @throws IllegalArgumentException when a part breaks the grammar
   */
  public PackageIdentity {
    if (!SCOPE.matcher(scope).matches()) {
      throw new IllegalArgumentException(
          "a scope has 1 to 39 letters, digits and single hyphens between them");
    }
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a name has 1 to 100 letters, digits and single hyphens or underscores between them");
    }
  }

  /** Of parts that somebody sent; empty when one breaks the grammar. */
  public static Optional<PackageIdentity> of(String scope, String name) {
    try {
      return Optional.of(new PackageIdentity(scope, name));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Reads {@code scope.name}; empty when the text is anything else. */
  public static Optional<PackageIdentity> parse(String text) {
    int dot = text.indexOf('.');
    return dot < 0 ? Optional.empty() : of(text.substring(0, dot), text.substring(dot + 1));
  }

  /** The spelling by which packages are told apart. */
  public PackageIdentity lower() {
    return new PackageIdentity(scope.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
  }

  /** Whether nobody may publish in this scope, in whatever spelling. */
  public boolean isReserved() {
    return RESERVED.contains(scope.toLowerCase(Locale.ROOT));
  }

  /** {@code scope.name}. */
  @Override
  public String toString() {
    return scope + "." + name;
  }
}
