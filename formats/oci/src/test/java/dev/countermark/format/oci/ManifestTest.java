package dev.countermark.format.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {
  private static final String A = "sha256:" + "a".repeat(64);
  private static final String B = "sha256:" + "b".repeat(64);
  static final String IMAGE =
      "{\"schemaVersion\":2,\"mediaType\":\""
          + MediaTypes.OCI_MANIFEST
          + "\",\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\""
          + A
          + "\",\"size\":2},\"layers\":[{\"mediaType\":"
          + "\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\""
          + B
          + "\",\"size\":5}],\"subject\":{\"mediaType\":\""
          + MediaTypes.OCI_MANIFEST
          + "\",\"digest\":\""
          + B
          + "\",\"size\":7}}";

  private static Manifest parse(String json) throws InvalidManifestException {
    return Manifest.parse(json.getBytes(StandardCharsets.UTF_8), MediaTypes.OCI_MANIFEST);
  }

  @Test
  void anImageNamesItsBlobsAndItsSubject() throws InvalidManifestException {
    Manifest manifest = parse(IMAGE);
    assertThat(manifest.isIndex()).isFalse();
    assertThat(manifest.requiredBlobs()).containsExactlyInAnyOrder(Digest.of(A), Digest.of(B));
    assertThat(manifest.requiredManifests()).isEmpty();
    assertThat(manifest.subject()).map(Descriptor::digest).contains(Digest.of(B));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "null",
        "{",
        "{}x",
        "{\"schemaVersion\":2,\"schemaVersion\":2}",
        "{\"schemaVersion\":1}",
        "\"text\""
      })
  void noManifest(String json) {
    assertThatThrownBy(() -> parse(json)).isInstanceOf(InvalidManifestException.class);
  }

  @Test
  void aMediaTypeThatContradictsTheRequestIsRefused() {
    assertThatThrownBy(
            () -> Manifest.parse(IMAGE.getBytes(StandardCharsets.UTF_8), MediaTypes.OCI_INDEX))
        .isInstanceOf(InvalidManifestException.class);
  }

  @Test
  void otherEncodingsThanUtf8AreRefused() {
    assertThatThrownBy(
            () -> Manifest.parse(IMAGE.getBytes(StandardCharsets.UTF_16), MediaTypes.OCI_MANIFEST))
        .isInstanceOf(InvalidManifestException.class);
  }

  @Test
  void tooMuchIsRefusedBeforeItIsRead() {
    assertThatThrownBy(
            () -> Manifest.parse(new byte[Manifest.LARGEST + 1], MediaTypes.OCI_MANIFEST))
        .isInstanceOfSatisfying(
            InvalidManifestException.class,
            e -> assertThat(e.rule()).isEqualTo(InvalidManifestException.Rule.TOO_LARGE));
  }

  /** Each would need seventy bytes and more once it is taken apart. */
  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "1", "\"\"", "{\"a\":0}"})
  void whatIsSmallUntilItIsTakenApartIsRefused(String value) {
    String values = (value + ",").repeat((Manifest.LARGEST - 1_000) / (value.length() + 1)) + value;
    String json = IMAGE.substring(0, IMAGE.length() - 1) + ",\"x\":[" + values + "]}";
    assertThat(json.length()).isLessThan(Manifest.LARGEST);
    assertThatThrownBy(() -> parse(json))
        .isInstanceOf(InvalidManifestException.class)
        .hasMessageContaining("at most 65536");
  }

  @Test
  void theLongestIndexIsTakenWithAllThatDescriptorsSay() throws InvalidManifestException {
    String descriptor =
        "{\"mediaType\":\""
            + MediaTypes.OCI_MANIFEST
            + "\",\"size\":7,\"platform\":{\"architecture\":\"arm\",\"os\":\"linux\",\"variant\":\"v7\"},"
            + "\"annotations\":{"
            + IntStream.range(0, 20)
                .mapToObj(i -> "\"a" + i + "\":\"b\"")
                .collect(Collectors.joining(","))
            + "},\"digest\":\"sha256:%064x\"}";
    String json =
        "{\"schemaVersion\":2,\"manifests\":["
            + IntStream.range(1, Manifest.MOST)
                .mapToObj(descriptor::formatted)
                .collect(Collectors.joining(","))
            + "]}";
    Manifest index = Manifest.parse(json.getBytes(StandardCharsets.UTF_8), MediaTypes.OCI_INDEX);
    assertThat(index.children()).hasSize(Manifest.MOST - 1);
  }

  @Test
  void tooDeepIsRefused() {
    String deep = "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000);
    assertThatThrownBy(() -> parse(deep)).isInstanceOf(InvalidManifestException.class);
  }

  @Test
  void whateverComesIsAManifestOrRefused() {
    Random random = new Random(99);
    byte[] image = IMAGE.getBytes(StandardCharsets.UTF_8);
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      try {
        Manifest manifest =
            Manifest.parse(SignatureTamperingTest.mutated(image, random), MediaTypes.OCI_MANIFEST);
        manifest.requiredBlobs();
        manifest.requiredManifests();
        SignatureLayout.of(manifest, blob -> Optional.empty());
        read++;
      } catch (InvalidManifestException e) {
        assertThat(e).hasMessageNotContaining("Exception");
      }
    }
    assertThat(read).isPositive();
  }
}
