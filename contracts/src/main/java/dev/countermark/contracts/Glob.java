package dev.countermark.contracts;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;

/**
 * A pattern of names: {@code *} is any number of characters, also none, and {@code ?} is one; all
 * others are themselves. Matching takes time that is bounded by both lengths' product.
 *
 * @param pattern 1 to 128 characters, none of them a control character
 */
public record Glob(@JsonValue String pattern) {
  private static final int LONGEST = 128;

  /**
   * @throws IllegalArgumentException when that is no pattern
   */
  @JsonCreator
  public Glob {
    if (!isGlob(pattern)) {
      throw new IllegalArgumentException(
          "a pattern has 1 to " + LONGEST + " characters and no control characters");
    }
  }

  private static boolean isGlob(String text) {
    return text != null
        && !text.isEmpty()
        && text.length() <= LONGEST
        && text.chars().noneMatch(Character::isISOControl);
  }

  /** Empty when that is no pattern. */
  public static Optional<Glob> parse(String text) {
    return isGlob(text) ? Optional.of(new Glob(text)) : Optional.empty();
  }

  public boolean matches(String name) {
    int at = 0;
    int star = -1;
    int behindStar = 0;
    int i = 0;
    while (i < name.length()) {
      char wanted = at < pattern.length() ? pattern.charAt(at) : 0;
      if (wanted == '*') {
        star = at++;
        behindStar = i;
      } else if (at < pattern.length() && (wanted == '?' || wanted == name.charAt(i))) {
        at++;
        i++;
      } else if (star >= 0) {
        at = star + 1; // the last star takes one more
        i = ++behindStar;
      } else {
        return false;
      }
    }
    while (at < pattern.length() && pattern.charAt(at) == '*') {
      at++;
    }
    return at == pattern.length();
  }

  @Override
  public String toString() {
    return pattern;
  }
}
