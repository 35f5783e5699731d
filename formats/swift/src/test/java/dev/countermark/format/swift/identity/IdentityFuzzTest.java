package dev.countermark.format.swift.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class IdentityFuzzTest {
  private static final SwiftVersion OTHER = new SwiftVersion("1.2.3-rc.1");

  static Stream<byte[]> seeds() {
    return Stream.of("acme.Lib-x", "1.2.3-rc.1+b.5", "5.9", "1.0.0-a.zip")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  /** Names from strangers become parts of keys: what is taken is written as it was read. */
  @MethodSource("seeds")
  @FuzzTest
  void takesOrRefuses(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    PackageIdentity.parse(text)
        .ifPresent(
            identity -> {
              assertThat(identity).hasToString(text);
              assertThat(identity.lower().lower()).isEqualTo(identity.lower());
            });
    SwiftVersion.parse(text)
        .ifPresent(
            version -> {
              assertThat(version).hasToString(text);
              assertThat(Integer.signum(version.compareTo(OTHER)))
                  .isEqualTo(-Integer.signum(OTHER.compareTo(version)));
            });
    ToolsVersion.parse(text)
        .ifPresent(version -> assertThat(ToolsVersion.parse(version.toString())).contains(version));
  }
}
