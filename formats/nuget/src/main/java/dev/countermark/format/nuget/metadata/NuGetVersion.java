package dev.countermark.format.nuget.metadata;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of a package: one to four numbers, a prerelease label, build metadata. Versions that
 * differ in notation, case or metadata only are equal.
 *
 * @see "nuget reference, section 6.1"
 */
public final class NuGetVersion implements Comparable<NuGetVersion> {
  static final int LONGEST = 256;

  private static final int PARTS = 4;
  private static final String LABEL = "[0-9A-Za-z-]+";
  private static final String LABELS = LABEL + "(?:\\." + LABEL + ")*";
  private static final Pattern GRAMMAR =
      Pattern.compile(
          "(\\d{1,10}(?:\\.\\d{1,10}){0,3})(?:-(" + LABELS + "))?(?:\\+(" + LABELS + "))?");
  private static final Pattern NUMBER = Pattern.compile("\\d+");

  private final String original;
  private final int[] numbers;
  private final List<String> labels;
  private final String metadata;

  private NuGetVersion(String original, int[] numbers, List<String> labels, String metadata) {
    this.original = original;
    this.numbers = numbers;
    this.labels = labels;
    this.metadata = metadata;
  }

  /** Empty when the text is no version; white space around it is not looked at. */
  public static Optional<NuGetVersion> parse(String text) {
    if (text == null || text.length() > LONGEST) {
      return Optional.empty();
    }
    Matcher m = GRAMMAR.matcher(text.strip());
    if (!m.matches()) {
      return Optional.empty();
    }
    String[] parts = m.group(1).split("\\.");
    int[] numbers = new int[PARTS];
    for (int i = 0; i < parts.length; i++) {
      long number = Long.parseLong(parts[i]);
      if (number > Integer.MAX_VALUE) {
        return Optional.empty();
      }
      numbers[i] = (int) number;
    }
    List<String> labels = m.group(2) == null ? List.of() : List.of(m.group(2).split("\\."));
    boolean zeros = labels.size() > 1 && labels.stream().anyMatch(NuGetVersion::isZeros);
    return zeros
        ? Optional.empty()
        : Optional.of(
            new NuGetVersion(text.strip(), numbers, labels, m.group(3) == null ? "" : m.group(3)));
  }

  private static boolean isNumber(String label) {
    return NUMBER.matcher(label).matches();
  }

  /** As it was written. */
  public String original() {
    return original;
  }

  /** At least three numbers without leading zeros, the label, no metadata. */
  public String normalized() {
    StringBuilder text = new StringBuilder();
    text.append(numbers[0]).append('.').append(numbers[1]).append('.').append(numbers[2]);
    if (numbers[3] != 0) {
      text.append('.').append(numbers[3]);
    }
    if (!labels.isEmpty()) {
      text.append('-').append(label());
    }
    return text.toString();
  }

  /** {@link #normalized()} with metadata. */
  public String full() {
    return metadata.isEmpty() ? normalized() : normalized() + "+" + metadata;
  }

  /** {@link #normalized()} in lower case: what tells it from other versions. */
  public String lower() {
    return normalized().toLowerCase(Locale.ROOT);
  }

  public boolean isPrerelease() {
    return !labels.isEmpty();
  }

  /** The prerelease label with its dots; empty when there is none. */
  public String label() {
    return String.join(".", labels);
  }

  public boolean hasMetadata() {
    return !metadata.isEmpty();
  }

  /** Whether its label has a number with leading zeros, which clients take for no version. */
  boolean hasZeros() {
    return labels.stream().anyMatch(NuGetVersion::isZeros);
  }

  private static boolean isZeros(String label) {
    return label.length() > 1 && label.startsWith("0") && isNumber(label);
  }

  /** Whether clients of SemVer 1.0.0 do not understand it: a dotted label, or metadata. */
  public boolean isSemVer2() {
    return labels.size() > 1 || hasMetadata();
  }

  /** Numbers first, then labels as in SemVer 2.0.0 but without regard to case. */
  @Override
  public int compareTo(NuGetVersion other) {
    for (int i = 0; i < PARTS; i++) {
      int order = Integer.compare(numbers[i], other.numbers[i]);
      if (order != 0) {
        return order;
      }
    }
    if (labels.isEmpty() || other.labels.isEmpty()) {
      return Boolean.compare(labels.isEmpty(), other.labels.isEmpty());
    }
    for (int i = 0; i < Math.min(labels.size(), other.labels.size()); i++) {
      int order = compare(labels.get(i), other.labels.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(labels.size(), other.labels.size());
  }

  private static int compare(String one, String other) {
    boolean number = isNumber(one);
    if (number != isNumber(other)) {
      return number ? -1 : 1;
    }
    return number
        ? new BigInteger(one).compareTo(new BigInteger(other))
        : one.toLowerCase(Locale.ROOT).compareTo(other.toLowerCase(Locale.ROOT));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NuGetVersion version && compareTo(version) == 0;
  }

  @Override
  public int hashCode() {
    List<Object> key = new ArrayList<>();
    for (int number : numbers) {
      key.add(number);
    }
    for (String label : labels) {
      key.add(isNumber(label) ? new BigInteger(label) : label.toLowerCase(Locale.ROOT));
    }
    return key.hashCode();
  }

  /** {@link #full()}. */
  @Override
  public String toString() {
    return full();
  }
}
