package dev.countermark.format.nuget.metadata;

import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * Says what is wrong with a text that is no id or version: which character, and by which rule. Only
 * asked after the parsers said no, and never of them.
 */
final class WhyNot {
  /** What people are shown of a text, characters. */
  private static final int SHOWN = 40;

  private static final int LONGEST_RANGE = 256;
  private static final int MAX_NUMBERS = 4;

  private WhyNot() {}

  /**
   * @param longest characters
   */
  static String version(String text, int longest) {
    String version = text.strip();
    if (version.isEmpty()) {
      return "it is empty";
    }
    if (text.length() > longest) {
      return tooLong(text, longest);
    }
    int plus = version.indexOf('+');
    String before = plus < 0 ? version : version.substring(0, plus);
    int dash = before.indexOf('-');
    String numbers = dash < 0 ? before : before.substring(0, dash);
    return numbers(version, numbers)
        .or(() -> dash < 0 ? Optional.empty() : labels(version, before, dash + 1, true))
        .or(() -> plus < 0 ? Optional.empty() : labels(version, version, plus + 1, false))
        .orElse(shown(version) + " is not of the form 1.2.3-label");
  }

  private static Optional<String> numbers(String version, String numbers) {
    Optional<String> stray =
        stray(
            version,
            numbers,
            0,
            c -> isDigit(c) || c == '.',
            "a version begins with one to four numbers and dots between them");
    if (stray.isPresent()) {
      return stray;
    }
    String[] parts = numbers.split("\\.", -1);
    if (parts.length > MAX_NUMBERS) {
      return Optional.of(shown(version) + " has " + parts.length + " numbers: at most four");
    }
    for (String part : parts) {
      if (part.isEmpty()) {
        return Optional.of(
            shown(version) + " lacks a number: one is before, after and between dots");
      }
      if (part.length() > 10 || Long.parseLong(part) > Integer.MAX_VALUE) {
        return Optional.of(
            shown(version) + " has the number " + shown(part) + ": at most " + Integer.MAX_VALUE);
      }
    }
    return Optional.empty();
  }

  /** A prerelease label or build metadata, up to the end of {@code text}. */
  private static Optional<String> labels(String version, String text, int from, boolean release) {
    String what = release ? "a prerelease label" : "build metadata";
    Optional<String> stray =
        stray(
            version,
            text,
            from,
            c -> isDigit(c) || isLetter(c) || c == '-' || c == '.',
            what + " has letters A to Z, digits, hyphens and dots");
    if (stray.isPresent()) {
      return stray;
    }
    String[] parts = text.substring(from).split("\\.", -1);
    for (String part : parts) {
      if (part.isEmpty()) {
        return Optional.of(
            shown(version) + " has an empty part: something is between the dots of " + what);
      }
      boolean zeros =
          part.length() > 1 && part.startsWith("0") && part.chars().allMatch(WhyNot::isDigit);
      if (release && zeros) {
        return Optional.of(
            shown(version)
                + " has the part "
                + part
                + ": numbers of a label have no leading zeros");
      }
    }
    return Optional.empty();
  }

  /**
   * @param longest characters
   */
  static String id(String text, int longest) {
    String rule =
        "an id has letters A to Z, digits, underscores, and dots and hyphens between them";
    if (text.isEmpty()) {
      return "it is empty";
    }
    return stray(text, text, 0, c -> isDigit(c) || isLetter(c) || "_.-".indexOf(c) >= 0, rule)
        .orElse(
            text.length() > longest ? tooLong(text, longest) : shown(text) + " is none: " + rule);
  }

  /** Of a dependency. */
  static String range(String text) {
    String range = text.strip();
    if (range.contains("*")) {
      return shown(range) + " is floating: packages depend on versions or intervals";
    }
    if (range.contains("+")) {
      return shown(range) + " has build metadata, which tells no versions apart";
    }
    if (!range.startsWith("[") && !range.startsWith("(")) {
      return version(range, LONGEST_RANGE);
    }
    if (!range.endsWith("]") && !range.endsWith(")")) {
      return shown(range) + " does not end in ] or )";
    }
    String[] bounds = range.substring(1, Math.max(1, range.length() - 1)).split(",", -1);
    for (String bound : bounds) {
      if (!bound.isBlank() && NuGetVersion.parse(bound).isEmpty()) {
        return version(bound, LONGEST_RANGE);
      }
    }
    return range.length() > LONGEST_RANGE
        ? tooLong(range, LONGEST_RANGE)
        : shown(range) + " is an interval that no version is in";
  }

  static String tooLong(String text, int longest) {
    return shown(text) + " has " + text.length() + " characters: at most " + longest;
  }

  /** The first character of {@code text} that may not be there. */
  private static Optional<String> stray(
      String whole, String text, int from, IntPredicate allowed, String rule) {
    for (int at = from; at < text.length(); ) {
      int character = text.codePointAt(at);
      if (!allowed.test(character)) {
        return Optional.of(
            "%s has %s at position %d: %s"
                .formatted(shown(whole), shown(character), text.codePointCount(0, at) + 1, rule));
      }
      at += Character.charCount(character);
    }
    return Optional.empty();
  }

  /** Clients show ASCII only, so others are told by their number. */
  private static String shown(int character) {
    return character > ' ' && character < 0x7F
        ? "\"" + Character.toString(character) + "\""
        : character == ' ' ? "a blank" : "U+%04X".formatted(character);
  }

  static String shown(String text) {
    String begin = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
    return begin.replaceAll("[^\\x20-\\x7e]", "?");
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isLetter(int c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }
}
