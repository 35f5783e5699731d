package dev.countermark.format.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class ManifestFuzzTest {
  static Stream<byte[]> seeds() {
    return Stream.of(
            ManifestTest.IMAGE,
            """
            {"schemaVersion":2,"manifests":[{"mediaType":"%s","digest":"sha256:%s","size":7,
            "artifactType":"a/b","annotations":{"a":"b"}}],"annotations":{},"artifactType":"c/d"}"""
                .formatted(MediaTypes.OCI_MANIFEST, "c".repeat(64)))
        .map(json -> json.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void readsOrRefuses(byte[] json) {
    for (String type : List.of(MediaTypes.OCI_MANIFEST, MediaTypes.OCI_INDEX)) {
      try {
        Manifest manifest = Manifest.parse(json, type);
        assertThat(manifest.mediaType()).isEqualTo(type);
        assertThat(manifest.requiredBlobs()).doesNotContainNull();
        assertThat(manifest.requiredManifests())
            .hasSizeLessThanOrEqualTo(manifest.children().size());
        assertThat(manifest.artifactType()).isNotNull();
      } catch (InvalidManifestException e) {
        assertThat(e.getMessage()).hasSizeLessThan(300);
      }
    }
  }
}
