package dev.countermark.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.RepositoryName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RepositoryPatternTest {
  private static RepositoryPattern pattern(String text) {
    return RepositoryPattern.parse(text).orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "acme/app, acme/app, true",
    "acme/app, acme/apps, false",
    "acme/app, acm/app, false",
    "acme/*, acme/app, true",
    "acme/*, acmes/app, false",
    "acme/team-*, acme/team-one, true",
    "acme/team-*, acme/team, false",
    "acme/*-one, acme/team-one, true",
    "acme/a*b*c, acme/axxbxxbxc, true",
    "acme/a*b*c, acme/axxbxxbx, false",
    "*/base, other/base, true",
    "*/base, other/app, false",
    "*, any/thing, true",
  })
  void matchesWholeNamesOnly(String pattern, String name, boolean expected) {
    assertThat(pattern(pattern).matches(RepositoryName.of(name))).isEqualTo(expected);
  }

  /** Whoever manages the first makes tokens for the second. */
  @ParameterizedTest
  @CsvSource({
    "*, acme/*, true",
    "acme/*, acme/app, true",
    "acme/*, acme/team-*, true",
    "acme/*, *, false",
    "acme/*, */app, false",
    "acme/app, acme/*, false",
    "acme/a*, acme/*a, false",
    "acme/*-*, acme/*, false",
    "acme/a*z, acme/a*b*z, true",
  })
  void coversWhatAllNamesOfTheOtherMatch(String wide, String narrow, boolean expected) {
    assertThat(pattern(wide).covers(pattern(narrow))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "acme",
        "acme/",
        "/app",
        "acme/app/web",
        "Acme/app",
        "api/app",
        "acme/a_b",
        "acme/-*",
        "acme/?",
        "acme/**/x",
        "acme/[a]",
        "a.b/c"
      })
  void refusesWhatNoRepositoryIsNamed(String text) {
    assertThat(RepositoryPattern.parse(text)).isEmpty();
  }
}
