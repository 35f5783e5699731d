package dev.countermark.signer.service;

import dev.countermark.contracts.Format;
import java.util.List;
import java.util.TreeSet;

/** Which of the formats that there are are signed by this process. */
final class HostedFormats {
  /** In {@link #SETTING}: each that there is. */
  static final String ALL = "all";

  static final String SETTING = "countermark.signer.formats";

  private HostedFormats() {}

  /**
   * @param wanted labels, or {@value #ALL}
   * @param known those that can be signed
   * @throws IllegalArgumentException when another is wanted, or none
   */
  static List<Format<?, ?>> of(List<String> wanted, List<Format<?, ?>> known) {
    List<String> labels = known.stream().<String>map(Format::label).toList();
    TreeSet<String> unknown = new TreeSet<>(wanted);
    unknown.remove(ALL);
    unknown.removeAll(labels);
    List<Format<?, ?>> hosted = known.stream().filter(f -> isHosted(f, wanted)).toList();
    if (!unknown.isEmpty() || hosted.isEmpty()) {
      throw new IllegalArgumentException(
          SETTING + " must name some of " + labels + " or " + ALL + ", not " + wanted);
    }
    return hosted;
  }

  static boolean isHosted(Format<?, ?> format, List<String> wanted) {
    return wanted.contains(ALL) || wanted.contains(format.label());
  }
}
