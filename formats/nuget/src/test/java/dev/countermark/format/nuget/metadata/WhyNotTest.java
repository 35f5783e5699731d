package dev.countermark.format.nuget.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever is refused is told which character of which text it is, and by which rule. */
class WhyNotTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1.x | 1.x has "x" at position 3: a version begins with one to four numbers
          1.0.0-\u00e4 | has U+00E4 at position 7: a prerelease label has letters A to Z
          1.0.0-rc_1 | has "_" at position 9: a prerelease label
          1.0.0+a_b | has "_" at position 8: build metadata
          1.0 0 | has a blank at position 4
          v1.0 | has "v" at position 1
          1.0.0.0.0 | has 5 numbers: at most four
          1..0 | lacks a number
          1.0.2147483648 | has the number 2147483648: at most 2147483647
          1.0.0-a..b | has an empty part
          1.0.0- | has an empty part
          1.0.0-a.01 | has the part 01: numbers of a label have no leading zeros
          '' | it is empty
          """)
  void versions(String text, String why) {
    assertThat(NuGetVersion.parse(text)).isEmpty();
    assertThat(WhyNot.version(text, 64)).contains(why);
  }

  @Test
  void longVersions() {
    assertThat(WhyNot.version("1.0.0-" + "a".repeat(59), 64)).contains("65 characters: at most 64");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a b | a b has a blank at position 2: an id has letters A to Z
          \u00dcber | has U+00DC at position 1
          $id$ | has "$" at position 1
          a..b | a..b is none: an id has letters
          """)
  void ids(String text, String why) {
    assertThat(PackageId.parse(text)).isEmpty();
    assertThat(WhyNot.id(text, 100)).contains(why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1.* | 1.* is floating
          [1.0,2.x) | 2.x has "x" at position 3
          [2.0,1.0] | is an interval that no version is in
          [1.0,2.0 | does not end in ] or )
          1.0+a | build metadata
          """)
  void ranges(String text, String why) {
    assertThat(VersionRange.parse(text).filter(r -> !r.hasMetadata())).isEqualTo(Optional.empty());
    assertThat(WhyNot.range(text)).contains(why);
  }
}
