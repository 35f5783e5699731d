package dev.countermark.format.swift.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityTest {
  @ParameterizedTest
  @ValueSource(strings = {"mona.LinkedList", "a.b", "A-1.x_y-z", "0.0"})
  void identities(String text) {
    PackageIdentity identity = PackageIdentity.parse(text).orElseThrow();
    assertThat(identity).hasToString(text);
    assertThat(identity.isReserved()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "a",
        "a.",
        ".b",
        "-a.b",
        "a-.b",
        "a--b.c",
        "a_b.c",
        "a.b--c",
        "a.b_-c",
        "a.-b",
        "a.b_",
        "a.b.c",
        "\u00e4.b",
        "a.b\n",
        "a b.c"
      })
  void noIdentities(String text) {
    assertThat(PackageIdentity.parse(text)).isEmpty();
  }

  @Test
  void lengths() {
    assertThat(PackageIdentity.of("a".repeat(39), "b".repeat(100))).isPresent();
    assertThat(PackageIdentity.of("a".repeat(40), "b")).isEmpty();
    assertThat(PackageIdentity.of("a", "b".repeat(101))).isEmpty();
  }

  @Test
  void caseIsKeptButTellsNothing() {
    PackageIdentity identity = new PackageIdentity("Mona", "LinkedList");
    assertThat(identity.lower()).hasToString("mona.linkedlist");
    assertThat(identity.lower()).isEqualTo(new PackageIdentity("mona", "LINKEDLIST").lower());
    assertThat(new PackageIdentity("Login", "x").isReserved()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1.0.0", "0.0.0", "1.0.0-alpha.1+build.7", "10.20.30", "1.0.0--", "1.0.0+001"})
  void versions(String text) {
    assertThat(SwiftVersion.parse(text).orElseThrow()).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1.0",
        "v1.0.0",
        "01.0.0",
        "1.0.0-",
        "1.0.0-01",
        "1.0.0-a..b",
        "1.0.0+",
        "1.0.0 ",
        "1.0.0\n",
        "1.0.0.0",
        "1.0.0-\u00e4"
      })
  void noVersions(String text) {
    assertThat(SwiftVersion.parse(text)).isEmpty();
  }

  @Test
  void versionsAreOrderedByPrecedence() {
    List<String> ordered =
        List.of(
            "0.9.9",
            "1.0.0-1",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.0+b",
            "1.0.1",
            "1.2.0",
            "1.10.0",
            "99999999999999999999.0.0");
    List<SwiftVersion> shuffled = new ArrayList<>(ordered.stream().map(SwiftVersion::new).toList());
    Collections.shuffle(shuffled, new Random(7));
    Collections.sort(shuffled);
    assertThat(shuffled).extracting(SwiftVersion::toString).isEqualTo(ordered);
  }

  @Test
  void versionsThatEndLikeRoutes() {
    assertThat(new SwiftVersion("1.0.0-a.zip").looksLikeRoute()).isTrue();
    assertThat(new SwiftVersion("1.0.0+x.JSON").looksLikeRoute()).isTrue();
    assertThat(new SwiftVersion("1.0.0-zip").looksLikeRoute()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"5.9, 5.9.0", "6, 6.0.0", "6.0, 6", "5.09, 5.9"})
  void toolsVersionsAreNumbers(String left, String right) {
    assertThat(ToolsVersion.parse(left)).isPresent().isEqualTo(ToolsVersion.parse(right));
  }

  @Test
  void toolsVersionsAreOrderedAndPrintedForLinks() {
    assertThat(ToolsVersion.parse("5.10").orElseThrow())
        .isGreaterThan(ToolsVersion.parse("5.9.9").orElseThrow());
    assertThat(ToolsVersion.parse("6").orElseThrow()).hasToString("6.0");
    assertThat(ToolsVersion.parse("5.9.1").orElseThrow()).hasToString("5.9.1");
    for (String bad : new String[] {"", "a", "5.", "5.9.1.2", "-1", "9999999", " 5.9"}) {
      assertThat(ToolsVersion.parse(bad)).as(bad).isEmpty();
    }
  }
}
