package dev.countermark.format.nuget.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NuGetVersionTest {
  private static NuGetVersion version(String text) {
    return NuGetVersion.parse(text).orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "1.00, 1.0.0, 1.0.0",
    "1, 1.0.0, 1.0.0",
    "1.0.0.0, 1.0.0, 1.0.0",
    "1.0.01.0, 1.0.1, 1.0.1",
    "1.0.7+r3456, 1.0.7, 1.0.7",
    "1.0.0.5-RC.1+b, 1.0.0.5-RC.1, 1.0.0.5-rc.1",
    "2147483647.0.0, 2147483647.0.0, 2147483647.0.0",
    "1.0.0-01, 1.0.0-01, 1.0.0-01"
  })
  void normalizes(String text, String normalized, String lower) {
    assertThat(version(text).normalized()).isEqualTo(normalized);
    assertThat(version(text).lower()).isEqualTo(lower);
    assertThat(version(version(text).full())).isEqualTo(version(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "1.",
        ".1",
        "1.0.0.0.0",
        "2147483648.0.0",
        "1.0.0-",
        "1.0.0-a..b",
        "1.0.0+",
        "1.0.0-a.01",
        "1.0.0-ä",
        "1.0 .0",
        "-1.0.0",
        "1.0.0-a/b",
        "99999999999.0"
      })
  void refusesWhatIsNoVersion(String text) {
    assertThat(NuGetVersion.parse(text)).isEmpty();
  }

  @Test
  void ordersAsSemVerDoesButWithoutCase() {
    List<String> ordered =
        List.of(
            "0.9.0-alpha",
            "1.0.0-1",
            "1.0.0-2",
            "1.0.0-10",
            "1.0.0-Alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-BETA",
            "1.0.0-rc.2",
            "1.0.0-rc.11",
            "1.0.0",
            "1.0.0.1",
            "1.0.1",
            "2.0.0");
    for (int seed = 0; seed < 20; seed++) {
      List<NuGetVersion> shuffled =
          new ArrayList<>(ordered.stream().map(NuGetVersionTest::version).toList());
      Collections.shuffle(shuffled, new Random(seed));
      Collections.sort(shuffled);
      assertThat(shuffled).extracting(NuGetVersion::original).isEqualTo(ordered);
    }
  }

  @Test
  void sameWhateverNotationCaseAndMetadata() {
    assertThat(version("1.0")).isEqualTo(version("1.0.0.0+x")).hasSameHashCodeAs(version("1.0+y"));
    assertThat(version("1.0.0-RC.1")).isEqualTo(version("1.0.0-rc.1"));
    assertThat(version("1.0.0-RC.1")).hasSameHashCodeAs(version("1.0.0-rc.1"));
  }

  @Test
  void whatOldClientsDoNotUnderstand() {
    assertThat(version("1.0.0-rc.1").isSemVer2()).isTrue();
    assertThat(version("1.0.0+meta").isSemVer2()).isTrue();
    assertThat(version("1.0.0-rc1").isSemVer2()).isFalse();
    assertThat(version("1.0.0-rc1").isPrerelease()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1.0 | [1.0.0, )",
        "[1.0] | [1.0.0, 1.0.0]",
        "(,1.0] | (, 1.0.0]",
        "(1.0,2.0) | (1.0.0, 2.0.0)",
        "[1.0, 2.0) | [1.0.0, 2.0.0)",
        "'' | (, )",
        "[ 1.0 , ) | [1.0.0, )"
      })
  void ranges(String text, String normalized) {
    assertThat(VersionRange.parse(text).orElseThrow().normalized()).isEqualTo(normalized);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.*",
        "*",
        "[1.0",
        "1.0]",
        "(1.0)",
        "[2.0,1.0]",
        "[1.0,1.0)",
        "[a,b]",
        "[1,2,3]",
        "["
      })
  void refusesWhatIsNoRange(String text) {
    assertThat(VersionRange.parse(text)).isEmpty();
  }

  @Test
  void aRangeKnowsItsVersions() {
    VersionRange range = VersionRange.parse("[1.0,2.0)").orElseThrow();
    assertThat(range.satisfies(version("1.0.0"))).isTrue();
    assertThat(range.satisfies(version("1.9.9"))).isTrue();
    assertThat(range.satisfies(version("2.0.0"))).isFalse();
    assertThat(range.satisfies(version("1.0.0-a"))).isFalse();
    assertThat(VersionRange.ALL.satisfies(version("0.0.1"))).isTrue();
    assertThat(VersionRange.parse("[1.0.0-a.b,)").orElseThrow().isSemVer2()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "* | [0.0.0, )",
        "*-* | [0.0.0-0, )",
        "1.* | [1.0.0, )",
        "1.2.* | [1.2.0, )",
        "1.2.3.* | [1.2.3, )",
        "1.*-* | [1.0.0-0, )",
        "1.0.0-* | [1.0.0-0, )",
        "1.0.0-rc* | [1.0.0-rc, )",
        "1.0.0-rc.* | [1.0.0-rc.0, )",
        "[1.*,2.0) | [1.0.0, 2.0.0)",
        "( 1.2.* , ] | (1.2.0, )",
        "[1.0, 2.0] | [1.0.0, 2.0.0]",
        "~1.0 | (, )",
        "[1.0,2.* | (, )",
        "[*] | (, )",
        "[2.*,1.0] | (, )",
        "1.2.3.4.* | (, )"
      })
  void everyTextIsSomeRangeToClients(String text, String normalized) {
    assertThat(VersionRange.lenient(text).normalized()).isEqualTo(normalized);
  }
}
