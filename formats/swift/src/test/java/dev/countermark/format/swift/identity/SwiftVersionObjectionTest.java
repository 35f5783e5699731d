package dev.countermark.format.swift.identity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SwiftVersionObjectionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1.0 | 1.0 has not exactly three numbers
          1.0.0.0 | has not exactly three numbers
          1..0 | has not exactly three numbers
          v1.0.0 | begins with a letter: a version has no leading v
          1.x.0 | 1.x.0 has "x" at position 3: MAJOR.MINOR.PATCH are numbers
          1.0.0-a_b | has "_" at position 8: pre-release and build have letters A to Z
          1.0.0-\u00e9 | has U+00E9 at position 7
          1.0.0+a+b | has "+" at position 8
          1.01.0 | has the number 01: numbers have no leading zeros
          1.0.0-rc.01 | has the number 01
          1.0.0- | has an empty part
          1.0.0-a..b | has an empty part
          """)
  void saysWhichCharacterOfWhichVersion(String text, String why) {
    assertThat(SwiftVersion.parse(text)).isEmpty();
    assertThat(SwiftVersion.objection(text)).hasValueSatisfying(o -> assertThat(o).contains(why));
  }

  @Test
  void saysHowLongItMayBe() {
    assertThat(SwiftVersion.objection("1.0.0-" + "a".repeat(123)))
        .hasValueSatisfying(o -> assertThat(o).contains("129 characters: at most 128"));
  }

  @ParameterizedTest
  @CsvSource({"1.0.0", "1.2.3-rc.1+build.01", "0.0.0--"})
  void saysNothingOfVersions(String text) {
    assertThat(SwiftVersion.objection(text)).isEmpty();
  }
}
