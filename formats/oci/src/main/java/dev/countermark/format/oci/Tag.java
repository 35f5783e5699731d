package dev.countermark.format.oci;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A tag.
 *
 * @param value {@code [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}}
 */
public record Tag(String value) {
  private static final Pattern GRAMMAR = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}");

  public Tag {
    if (value == null || !GRAMMAR.matcher(value).matches()) {
      throw new IllegalArgumentException("not a tag");
    }
  }

  public static Optional<Tag> parse(String text) {
    return text != null && GRAMMAR.matcher(text).matches()
        ? Optional.of(new Tag(text))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return value;
  }
}
