package dev.countermark.format.swift.identity;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of Swift's tools that a manifest is written for. Missing components are zero: {@code
 * 5.9}, {@code 5.9.0} and {@code 05.9} are equal.
 */
public record ToolsVersion(int major, int minor, int patch) implements Comparable<ToolsVersion> {
  private static final Pattern GRAMMAR =
      Pattern.compile("([0-9]{1,6})(?:\\.([0-9]{1,6}))?(?:\\.([0-9]{1,6}))?");

  /** Reads one to three numbers; empty when the text is anything else. */
  public static Optional<ToolsVersion> parse(String text) {
    Matcher parts = GRAMMAR.matcher(text);
    return parts.matches()
        ? Optional.of(
            new ToolsVersion(
                number(parts.group(1)), number(parts.group(2)), number(parts.group(3))))
        : Optional.empty();
  }

  private static int number(String digits) {
    return digits == null ? 0 : Integer.parseInt(digits);
  }

  @Override
  public int compareTo(ToolsVersion other) {
    int order = Integer.compare(major, other.major);
    order = order != 0 ? order : Integer.compare(minor, other.minor);
    return order != 0 ? order : Integer.compare(patch, other.patch);
  }

  /** {@code X.Y}, or {@code X.Y.Z} when it has a patch: what {@code Link} headers carry. */
  @Override
  public String toString() {
    return major + "." + minor + (patch == 0 ? "" : "." + patch);
  }
}
