package dev.countermark.format.nuget.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class NuGetVersionFuzzTest {
  static Stream<byte[]> seeds() {
    return Stream.of("1.2.3.4-rc.1+build.5", "[1.0, 2.0-beta)", "(,2.0]", "Acme.Tools-x_y")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  /** Longest text whose normalised form is surely read again: [1] becomes [1.0.0, 1.0.0]. */
  private static final int LONGEST = 100;

  /** What is read and written again is the same version, range or id. */
  @MethodSource("seeds")
  @FuzzTest
  void readsWhatItWrites(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.length() > LONGEST) {
      return;
    }
    NuGetVersion.parse(text)
        .ifPresent(
            version -> {
              NuGetVersion again = NuGetVersion.parse(version.full()).orElseThrow();
              assertThat(again).isEqualTo(version).hasSameHashCodeAs(version);
              assertThat(again.full()).isEqualTo(version.full());
              assertThat(NuGetVersion.parse(version.lower())).contains(version);
            });
    VersionRange.parse(text)
        .ifPresent(range -> assertThat(VersionRange.parse(range.normalized())).contains(range));
    PackageId.parse(text).ifPresent(id -> assertThat(PackageId.parse(id.lower())).isPresent());
  }
}
