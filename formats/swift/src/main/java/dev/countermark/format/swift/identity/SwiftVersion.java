package dev.countermark.format.swift.identity;

import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A version by Semantic Versioning 2.0.0, strictly. Two versions are {@linkplain #equals equal}
 * when their texts are, and {@linkplain #compareTo ordered} by precedence first; the build
 * metadata, which has none, only makes the order total.
 *
 * @param text literally; at most 128 characters
 */
public record SwiftVersion(String text) implements Comparable<SwiftVersion> {
  private static final int LONGEST = 128;

  /** What people are shown of a text, characters. */
  private static final int SHOWN = 40;

  private static final Pattern LABEL_CHARACTER = Pattern.compile("[0-9a-zA-Z]");
  private static final String NUMBER = "(0|[1-9][0-9]*)";
  private static final String PRE_RELEASE_PART = "(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)";
  private static final Pattern GRAMMAR =
      Pattern.compile(
          NUMBER
              + "\\."
              + NUMBER
              + "\\."
              + NUMBER
              + ("(?:-(" + PRE_RELEASE_PART + "(?:\\." + PRE_RELEASE_PART + ")*))?")
              + "(?:\\+([0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*))?");

  /** Ends of paths that mean another endpoint. */
  private static final List<String> ROUTE_SUFFIXES = List.of(".zip", ".json");

  /**
   * @throws IllegalArgumentException when it is no version
   */
  public SwiftVersion {
    if (text.length() > LONGEST || !GRAMMAR.matcher(text).matches()) {
      throw new IllegalArgumentException("not a version by Semantic Versioning 2.0.0");
    }
  }

  /** Empty when the text is no version. */
  public static Optional<SwiftVersion> parse(String text) {
    return text.length() <= LONGEST && GRAMMAR.matcher(text).matches()
        ? Optional.of(new SwiftVersion(text))
        : Optional.empty();
  }

  /**
   * What keeps a text from being a version: which character, and by which rule.
   *
   * @return a clause for people; empty when it is a version
   */
  public static Optional<String> objection(String text) {
    return parse(text).isPresent() ? Optional.empty() : Optional.of(why(text));
  }

  private static String why(String text) {
    String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
    if (text.length() > LONGEST) {
      return shown + " has " + text.length() + " characters: at most " + LONGEST;
    }
    if (text.startsWith("v") || text.startsWith("V")) {
      return shown + " begins with a letter: a version has no leading v";
    }
    int plus = text.indexOf('+');
    String before = plus < 0 ? text : text.substring(0, plus);
    int dash = before.indexOf('-');
    String core = dash < 0 ? before : before.substring(0, dash);
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      boolean allowed =
          at < core.length()
              ? c >= '0' && c <= '9' || c == '.'
              : LABEL_CHARACTER.matcher(String.valueOf(c)).matches()
                  || at == plus
                  || c == '-'
                  || c == '.';
      if (!allowed) {
        return "%s has %s at position %d: %s"
            .formatted(
                shown,
                c > ' ' && c < 0x7F ? "\"" + c + "\"" : "U+%04X".formatted(text.codePointAt(at)),
                at + 1,
                at < core.length()
                    ? "MAJOR.MINOR.PATCH are numbers"
                    : "pre-release and build have letters A to Z, digits, hyphens and dots");
      }
    }
    List<String> numbers = List.of(core.split("\\.", -1));
    if (numbers.size() != 3 || numbers.contains("")) {
      return shown + " has not exactly three numbers: MAJOR.MINOR.PATCH";
    }
    String preRelease = dash < 0 ? "" : before.substring(dash + 1);
    return Stream.concat(numbers.stream(), Stream.of(preRelease.split("\\.", -1)))
        .filter(part -> part.matches("0[0-9]+"))
        .findFirst()
        .map(part -> shown + " has the number " + part + ": numbers have no leading zeros")
        .orElse(shown + " has an empty part: something is between dots and behind - and +");
  }

  public boolean isPreRelease() {
    return preRelease() != null;
  }

  /**
   * Whether it ends like the path of an archive or of a JSON document ({@code 1.0.0-a.zip}): such a
   * version could not be asked for and must not be published.
   */
  public boolean looksLikeRoute() {
    String lower = text.toLowerCase(Locale.ROOT);
    return ROUTE_SUFFIXES.stream().anyMatch(lower::endsWith);
  }

  private Matcher parts() {
    Matcher parts = GRAMMAR.matcher(text);
    if (!parts.matches()) {
      throw new IllegalStateException("checked when it was made");
    }
    return parts;
  }

  private String preRelease() {
    return parts().group(4);
  }

  @Override
  public int compareTo(SwiftVersion other) {
    Matcher mine = parts();
    Matcher theirs = other.parts();
    for (int group = 1; group <= 3; group++) {
      int order = new BigInteger(mine.group(group)).compareTo(new BigInteger(theirs.group(group)));
      if (order != 0) {
        return order;
      }
    }
    int order = comparePreReleases(mine.group(4), theirs.group(4));
    return order != 0 ? order : text.compareTo(other.text);
  }

  /** A release comes after its pre-releases. */
  private static int comparePreReleases(String mine, String theirs) {
    if (mine == null || theirs == null) {
      return Boolean.compare(mine == null, theirs == null);
    }
    String[] left = mine.split("\\.");
    String[] right = theirs.split("\\.");
    for (int i = 0; i < Math.min(left.length, right.length); i++) {
      int order = compareIdentifiers(left[i], right[i]);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(left.length, right.length);
  }

  private static int compareIdentifiers(String left, String right) {
    boolean leftNumber = left.chars().allMatch(c -> c >= '0' && c <= '9');
    boolean rightNumber = right.chars().allMatch(c -> c >= '0' && c <= '9');
    if (leftNumber && rightNumber) {
      return new BigInteger(left).compareTo(new BigInteger(right));
    }
    return leftNumber != rightNumber ? (leftNumber ? -1 : 1) : left.compareTo(right);
  }

  /** Literally. */
  @Override
  public String toString() {
    return text;
  }
}
