package dev.countermark.format.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our own verifier accepts what was signed, and nothing that was changed since. */
class SignatureTamperingTest {
  private final SignedImage image = SignedImage.of("an image");
  private final CosignVerifier verifier = image.verifier();
  private final Digest subject = image.subject().digest();

  @Test
  void whatWasSignedIsAccepted() {
    assertThat(verifier.legacy(image.manifest(), image::blob, subject).accepted()).isTrue();
    assertThat(verifier.bundle(image.bundle(), subject).accepted()).isTrue();
  }

  @Test
  void theIdentityMustBeTheOneSigned() {
    assertThat(
            verifier
                .legacyWithIdentity(
                    image.manifest(), image::blob, subject, image.reference()::equals)
                .accepted())
        .isTrue();
    assertThat(
            verifier
                .legacyWithIdentity(image.manifest(), image::blob, subject, "other"::equals)
                .accepted())
        .isFalse();
  }

  @Test
  void anotherImageIsRefused() {
    Digest other = Digest.sha256(new byte[] {1});
    assertThat(verifier.legacy(image.manifest(), image::blob, other).accepted()).isFalse();
    assertThat(verifier.bundle(image.bundle(), other).accepted()).isFalse();
  }

  @Test
  void anotherKeyIsRefused() {
    CosignVerifier stranger =
        new CosignVerifier(List.of(SignedImage.newKey().getPublic().getEncoded()));
    assertThat(stranger.legacy(image.manifest(), image::blob, subject).accepted()).isFalse();
    assertThat(stranger.bundle(image.bundle(), subject).accepted()).isFalse();
  }

  @Test
  void aMissingPayloadIsRefused() {
    assertThat(verifier.legacy(image.manifest(), d -> Optional.empty(), subject).accepted())
        .isFalse();
  }

  @Test
  void everyChangedByteOfThePayloadIsRefused() {
    byte[] payload = image.payload().bytes();
    for (int i = 0; i < payload.length; i++) {
      byte[] changed = payload.clone();
      changed[i] ^= 1;
      assertThat(verifier.legacy(image.manifest(), d -> Optional.of(changed), subject).accepted())
          .as("byte " + i)
          .isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"payload\":\"", "\"sig\":\""})
  void everyChangedCharacterOfTheBundlesSubstanceIsRefused(String member) {
    String bundle = new String(image.bundle(), StandardCharsets.UTF_8);
    int begin = bundle.indexOf(member) + member.length();
    int end = bundle.indexOf('"', begin);
    // The last character may carry bits that Base64 does not use.
    int last = end - 1;
    while (bundle.charAt(last) == '=') {
      last--;
    }
    for (int i = begin; i < last; i++) {
      char changed = bundle.charAt(i) == 'A' ? 'B' : 'A';
      String altered = bundle.substring(0, i) + changed + bundle.substring(i + 1);
      assertThat(verifier.bundle(altered.getBytes(StandardCharsets.UTF_8), subject).accepted())
          .as("character " + i)
          .isFalse();
    }
  }

  @Test
  void nothingIsTooBrokenToBeRefused() {
    Random random = new Random(4711);
    for (int i = 0; i < 5_000; i++) {
      byte[] manifest = mutated(image.manifest(), random);
      byte[] bundle = mutated(image.bundle(), random);
      assertThatCode(
              () -> {
                verifier.legacy(manifest, image::blob, subject);
                verifier.bundle(bundle, subject);
                LegacySignatures.union(manifest, image.manifest());
                LegacySignatures.contains(image.manifest(), manifest);
                LegacySignatures.layers(manifest, image::blob);
              })
          .doesNotThrowAnyException();
    }
  }

  static byte[] mutated(byte[] original, Random random) {
    byte[] bytes = original.clone();
    for (int n = random.nextInt(4); n >= 0; n--) {
      switch (random.nextInt(4)) {
        case 0 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        case 2 -> bytes = java.util.Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length));
        default -> {
          int from = random.nextInt(bytes.length);
          int to = from + random.nextInt(Math.min(40, bytes.length - from));
          byte[] longer = java.util.Arrays.copyOf(bytes, bytes.length + to - from);
          System.arraycopy(bytes, from, longer, bytes.length, to - from);
          bytes = longer;
        }
      }
    }
    return bytes;
  }
}
