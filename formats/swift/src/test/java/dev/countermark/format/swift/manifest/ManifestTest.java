package dev.countermark.format.swift.manifest;

import static dev.countermark.format.swift.SwiftSamples.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "// swift-tools-version:5.9 | 5.9",
        "// swift-tools-version: 5.9.2 | 5.9.2",
        "//swift-tools-version:5.9 | 5.9",
        "// SWIFT-tools-version:6.0 | 6.0",
        "// swift-tools-version:5.9;(no lint) | 5.9",
        "// swift-tools-version:6.0-dev | 6.0"
      })
  void readsTheFirstLine(String line, String version) throws Exception {
    for (String end : new String[] {"", "\n", "\r\n", "\nimport PackageDescription\n"}) {
      assertThat(Manifest.read("Package.swift", utf8(line + end)).toolsVersion())
          .hasToString(version);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "import PackageDescription",
        "import A\n// swift-tools-version:5.9",
        "// swift-tools-version:",
        "// swift-tools-version:6",
        "// swift-tools-version:5.9 beta",
        "/* swift-tools-version:5.9 */",
        "\uFEFF// swift-tools-version:5.9",
        "// swift-tools-version:5.9\r"
      })
  void refusesWhatNoClientReads(String text) {
    assertThatThrownBy(() -> Manifest.read("Package.swift", utf8(text)))
        .isInstanceOf(InvalidManifestException.class)
        .hasMessageStartingWith("Package.swift ");
  }

  @Test
  void knowsManifestsByName() {
    assertThat(Manifest.isManifest("Package.swift")).isTrue();
    assertThat(Manifest.isManifest("Package@swift-5.swift")).isTrue();
    assertThat(Manifest.isManifest("Package@swift-5.9.2.swift")).isTrue();
    assertThat(Manifest.isManifest("Package@swift-5.9.2.1.swift")).isFalse();
    assertThat(Manifest.isManifest("Package@swift-.swift")).isFalse();
    assertThat(Manifest.isManifest("package.swift")).isFalse();
    assertThat(Manifest.isManifest("Package.swift\n")).isFalse();
    assertThat(Manifest.versionInName("Package@swift-5.9.swift").orElseThrow()).hasToString("5.9");
    assertThat(Manifest.versionInName("Package.swift")).isEmpty();
  }
}
