package dev.countermark.format.nuget.metadata;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which versions of a dependency will do.
 *
 * @param min lowest version; absent for no bound
 * @param minIncluded whether {@code min} itself will do
 * @param max highest version; absent for no bound
 * @param maxIncluded whether {@code max} itself will do
 */
public record VersionRange(
    Optional<NuGetVersion> min,
    boolean minIncluded,
    Optional<NuGetVersion> max,
    boolean maxIncluded) {
  private static final int LONGEST = 256;

  /** Newest that begins so: {@code 1.*}, {@code *-*}, {@code 1.0.0-rc*}. */
  private static final Pattern FLOATING =
      Pattern.compile(
          "(?<numbers>(?:\\d{1,10}\\.){0,3})\\*(?<any>-\\*)?"
              + "|(?<whole>\\d{1,10}(?:\\.\\d{1,10}){0,3})-(?<label>[0-9A-Za-z.-]*)\\*");

  /** Any version. */
  public static final VersionRange ALL =
      new VersionRange(Optional.empty(), false, Optional.empty(), false);

  /**
   * Reads interval notation or a lone version, which is the lowest that will do.
   *
   * @return empty when the text is no range; floating ranges ({@code 1.*}) are none
   */
  public static Optional<VersionRange> parse(String text) {
    if (text == null || text.isBlank()) {
      return Optional.of(ALL);
    }
    String range = text.strip();
    if (range.length() > LONGEST) {
      return Optional.empty();
    }
    char open = range.charAt(0);
    if (open != '[' && open != '(') {
      return NuGetVersion.parse(range)
          .map(v -> new VersionRange(Optional.of(v), true, Optional.empty(), false));
    }
    char close = range.charAt(range.length() - 1);
    if (range.length() < 3 || close != ']' && close != ')') {
      return Optional.empty();
    }
    String[] bounds = range.substring(1, range.length() - 1).split(",", -1);
    if (bounds.length == 1) {
      // One version alone must be included on both sides.
      return open == '[' && close == ']'
          ? NuGetVersion.parse(bounds[0])
              .map(v -> new VersionRange(Optional.of(v), true, Optional.of(v), true))
          : Optional.empty();
    }
    if (bounds.length != 2) {
      return Optional.empty();
    }
    Optional<NuGetVersion> min = NuGetVersion.parse(bounds[0]);
    Optional<NuGetVersion> max = NuGetVersion.parse(bounds[1]);
    if (min.isEmpty() && !bounds[0].isBlank() || max.isEmpty() && !bounds[1].isBlank()) {
      return Optional.empty();
    }
    boolean minIncluded = open == '[' && min.isPresent();
    boolean maxIncluded = close == ']' && max.isPresent();
    if (min.isPresent() && max.isPresent()) {
      int order = min.get().compareTo(max.get());
      if (order > 0 || order == 0 && !(minIncluded && maxIncluded)) {
        return Optional.empty();
      }
    }
    return Optional.of(new VersionRange(min, minIncluded, max, maxIncluded));
  }

  /**
   * Reads a range as clients do, whatever it is: of a floating one only the lowest version counts
   * here, and what is no range is any version.
   */
  static VersionRange lenient(String text) {
    return parse(text).or(() -> floating(text.strip())).orElse(ALL);
  }

  private static Optional<VersionRange> floating(String range) {
    boolean interval = range.startsWith("[") || range.startsWith("(");
    int end = range.indexOf(',');
    if (range.length() > LONGEST || interval && end < 0) {
      return Optional.empty();
    }
    Matcher floating = FLOATING.matcher(interval ? range.substring(1, end).strip() : range);
    if (!floating.matches()) {
      return Optional.empty();
    }
    String lowest = lowest(floating);
    return interval ? parse(range.charAt(0) + lowest + range.substring(end)) : parse(lowest);
  }

  private static String lowest(Matcher floating) {
    if (floating.group("whole") != null) {
      String label = floating.group("label");
      boolean open = label.isEmpty() || label.endsWith(".");
      return floating.group("whole") + "-" + label + (open ? "0" : "");
    }
    return floating.group("numbers") + "0" + (floating.group("any") == null ? "" : "-0");
  }

  public boolean satisfies(NuGetVersion version) {
    return min.map(m -> version.compareTo(m) > (minIncluded ? -1 : 0)).orElse(true)
        && max.map(m -> version.compareTo(m) < (maxIncluded ? 1 : 0)).orElse(true);
  }

  /** Whether a bound is one that clients of SemVer 1.0.0 do not understand. */
  public boolean isSemVer2() {
    return min.map(NuGetVersion::isSemVer2).orElse(false)
        || max.map(NuGetVersion::isSemVer2).orElse(false);
  }

  /** Whether a bound has build metadata. */
  boolean hasMetadata() {
    return min.map(NuGetVersion::hasMetadata).orElse(false)
        || max.map(NuGetVersion::hasMetadata).orElse(false);
  }

  /** Interval notation, {@code (, )} for any version. */
  public String normalized() {
    return (minIncluded ? "[" : "(")
        + min.map(NuGetVersion::normalized).orElse("")
        + ", "
        + max.map(NuGetVersion::normalized).orElse("")
        + (maxIncluded ? "]" : ")");
  }

  @Override
  public String toString() {
    return normalized();
  }
}
