package dev.countermark.format.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.countermark.format.certificates.EcdsaSignature;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class EcdsaSignatureFuzzTest {
  private static final SignedImage IMAGE = SignedImage.of("an image");
  private static final byte[] SIGNATURE =
      Base64.getDecoder().decode(IMAGE.signed().layers().get(0).signature());

  static Stream<byte[]> seeds() {
    return Stream.of(SIGNATURE, new byte[] {0x30, (byte) 0x80, 2, 1, 1, 2, 1, 1, 0, 0});
  }

  /** Only the signature itself is one: there is no second encoding of it. */
  @MethodSource("seeds")
  @FuzzTest
  void takesOnlyTheSignature(byte[] der) {
    byte[] hash = Digest.hash("SHA-256", IMAGE.payload().bytes());
    assertThat(EcdsaSignature.isGenuine(IMAGE.key().getPublic().getEncoded(), hash, der))
        .isEqualTo(Arrays.equals(der, SIGNATURE));
  }
}
