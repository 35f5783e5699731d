package dev.countermark.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GlobTest {
  @ParameterizedTest
  @CsvSource({
    "*, anything, true",
    "v*, v1.2.3, true",
    "v*, v, true",
    "v*, 1.2.3, false",
    "release-?, release-1, true",
    "release-?, release-12, false",
    "*-rc?, 1.0-rc1, true",
    "*-rc?, 1.0-rc, false",
    "a*b*c, axxbyybc, true",
    "a*b*c, axxbyyb, false",
    "a.b, axb, false",
    "latest, latest, true",
    "latest, latest2, false",
    "[a-z], b, false",
  })
  void aStarIsAnythingAndAQuestionMarkOneCharacter(String pattern, String name, boolean matches) {
    assertThat(new Glob(pattern).matches(name)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\nb", "\u0000"})
  void whatIsNoPatternIsNone(String text) {
    assertThat(Glob.parse(text)).isEmpty();
    assertThat(Glob.parse("x".repeat(129))).isEmpty();
  }

  /** Stops a pattern that takes time beyond all bounds. */
  @Test
  void manyStarsTakeNoTime() {
    assertThat(new Glob("*a".repeat(64)).matches("a".repeat(2_000) + "b")).isFalse();
  }

  @Test
  void isAStringInRecords() {
    Glob glob = new Glob("v*");

    assertThat(new String(Json.write(glob), java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo("\"v*\"");
    assertThat(Json.read(Json.write(glob), Glob.class)).isEqualTo(glob);
  }
}
