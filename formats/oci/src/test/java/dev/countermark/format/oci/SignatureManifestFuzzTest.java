package dev.countermark.format.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class SignatureManifestFuzzTest {
  private static final SignedImage IMAGE = SignedImage.of("an image");

  static Stream<byte[]> seeds() {
    return Stream.of(IMAGE.manifest());
  }

  /** A user's signature manifest is judged, and merged with ours or left alone. */
  @MethodSource("seeds")
  @FuzzTest
  void judgesAndMerges(byte[] manifest) {
    CosignVerifier verifier = IMAGE.verifier();
    verifier.legacy(manifest, IMAGE::blob, IMAGE.subject().digest());
    verifier.legacyWithIdentity(manifest, IMAGE::blob, IMAGE.subject().digest(), r -> true);
    LegacySignatures.layers(manifest, digest -> Optional.of(new byte[0]));
    LegacySignatures.contains(manifest, IMAGE.manifest());
    LegacySignatures.union(manifest, IMAGE.manifest())
        .ifPresent(
            union -> {
              byte[] bytes = union.manifest().bytes();
              assertThat(LegacySignatures.contains(bytes, manifest)).isTrue();
              assertThat(LegacySignatures.contains(bytes, IMAGE.manifest())).isTrue();
            });
  }
}
