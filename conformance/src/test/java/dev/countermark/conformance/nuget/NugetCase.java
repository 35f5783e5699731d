package dev.countermark.conformance.nuget;

import dev.countermark.format.nuget.Sample;
import java.util.List;
import java.util.function.Supplier;

/**
 * A package and the judgement on it.
 *
 * @param number of the case (nuget reference, section 8.3)
 * @param file what is judged; ends the test where it cannot be had
 * @param config {@code nuget.config}
 * @param timestampsTrusted whether the authority of the test's timestamps is trusted
 * @param expected severity and code of everything that is said, as {@code ERROR NU3018}; {@code
 *     STRICT} for what the client overlooks and we do not
 */
record NugetCase(
    int number,
    String name,
    Supplier<byte[]> file,
    String config,
    boolean timestampsTrusted,
    List<String> expected) {
  static final String TRUSTS_NOBODY =
      "<configuration><packageSources><clear/></packageSources></configuration>";

  static NugetCase of(int number, String name, byte[] file, String config, String... expected) {
    return new NugetCase(number, name, () -> file, config, false, List.of(expected));
  }

  static NugetCase of(int number, Sample sample) {
    return new NugetCase(
        number,
        sample.id(),
        sample::file,
        sample.nugetConfig(),
        sample.timestampAuthorityTrusted(),
        sample.expected());
  }

  /** What the client says. */
  List<String> said() {
    return expected.stream().filter(e -> !e.startsWith("STRICT")).toList();
  }

  /** Whether the client refuses it. */
  boolean refused() {
    return expected.stream().anyMatch(e -> e.startsWith("ERROR"));
  }

  /** Whether we do. */
  boolean refusedByUs() {
    return refused() || expected.stream().anyMatch(e -> e.startsWith("STRICT"));
  }

  @Override
  public String toString() {
    return "case " + number + ": " + name;
  }
}
