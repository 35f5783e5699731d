package dev.countermark.format.oci;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A tag.
 *
 * @param value {@code [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}}
 */
public record Tag(String value) {
  private static final int LONGEST = 128;
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

  /**
   * Why {@link #parse} says no: which character, and by which rule.
   *
   * @return a clause for people
   */
  public static String objection(String text) {
    if (text.length() > LONGEST) {
      return "the tag has " + text.length() + " characters: at most " + LONGEST;
    }
    for (int at = 0; at < text.length(); at++) {
      if (!GRAMMAR.matcher(text.substring(0, at + 1)).matches()) {
        int character = text.codePointAt(at);
        return "the tag \"%s\" has %s at position %d: %s"
            .formatted(
                text,
                character > ' ' && character < 0x7F
                    ? "\"" + Character.toString(character) + "\""
                    : "U+%04X".formatted(character),
                at + 1,
                at == 0
                    ? "it begins with a letter, a digit or an underscore"
                    : "letters A to Z, digits, underscores, dots and hyphens may be in it");
      }
    }
    return "the tag is empty";
  }

  @Override
  public String toString() {
    return value;
  }
}
