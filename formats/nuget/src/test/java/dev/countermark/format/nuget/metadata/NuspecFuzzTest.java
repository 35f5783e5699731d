package dev.countermark.format.nuget.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class NuspecFuzzTest {
  static Stream<byte[]> seeds() {
    return Stream.of(
        NuspecTest.COMPLETE.getBytes(StandardCharsets.UTF_8),
        NuspecTest.COMPLETE.replace("utf-8", "utf-16").getBytes(StandardCharsets.UTF_16));
  }

  @MethodSource("seeds")
  @FuzzTest
  void readsOrRefuses(byte[] xml) {
    for (Strictness strictness : Strictness.values()) {
      try {
        Nuspec.parse(xml, strictness);
      } catch (InvalidNuspecException e) {
        assertThat(e.getMessage()).matches("[\\x20-\\x7e]{1,400}");
      }
    }
  }
}
