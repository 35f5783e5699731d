package dev.countermark.format.nuget.metadata;

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
    try {
      Nuspec.parse(xml);
    } catch (InvalidNuspecException e) {
      // said what is wrong
    }
  }
}
