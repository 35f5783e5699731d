package dev.countermark.format.nuget.metadata;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The id of a package.
 *
 * @param value as its author writes it, at most 100 characters
 */
public record PackageId(String value) {
  static final int LONGEST = 100;

  private static final Pattern GRAMMAR = Pattern.compile("[A-Za-z0-9_]+([.-][A-Za-z0-9_]+)*");

  /**
   * @throws IllegalArgumentException when the value is no id
   */
  public PackageId {
    if (value == null || value.length() > LONGEST || !GRAMMAR.matcher(value).matches()) {
      throw new IllegalArgumentException("not a package id");
    }
  }

  /** Empty when the text is no id. */
  public static Optional<PackageId> parse(String text) {
    return text != null && text.length() <= LONGEST && GRAMMAR.matcher(text).matches()
        ? Optional.of(new PackageId(text))
        : Optional.empty();
  }

  /** What tells it from other ids. */
  public String lower() {
    return value.toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return value;
  }
}
