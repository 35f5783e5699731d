package dev.countermark.format.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class BundleFuzzTest {
  private static final SignedImage IMAGE = SignedImage.of("an image");

  static Stream<byte[]> seeds() {
    return Stream.of(IMAGE.bundle());
  }

  @MethodSource("seeds")
  @FuzzTest
  void judges(byte[] bundle) {
    assertThat(IMAGE.verifier().bundle(bundle, IMAGE.subject().digest())).isNotNull();
  }
}
