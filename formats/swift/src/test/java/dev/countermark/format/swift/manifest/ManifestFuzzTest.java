package dev.countermark.format.swift.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.countermark.format.swift.SwiftSamples;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class ManifestFuzzTest {
  private static final byte[] CMS = {1, 2, 3};

  static Stream<byte[]> seeds() {
    byte[] manifest = SwiftSamples.PACKAGE_SWIFT.getBytes(StandardCharsets.UTF_8);
    return Stream.of(manifest, ManifestSignature.append(manifest, CMS));
  }

  /** A manifest that is taken can be signed, and the signature taken off again. */
  @MethodSource("seeds")
  @FuzzTest
  void signsReversiblyOrRefuses(byte[] bytes) {
    findsOrRefuses(bytes);
    try {
      Manifest manifest = Manifest.read(Manifest.MAIN, bytes);
      byte[] signed = ManifestSignature.append(manifest.bytes(), CMS);
      ManifestSignature found = ManifestSignature.find(signed).orElseThrow();
      assertThat(found.cms()).isEqualTo(CMS);
      assertThat(found.content(signed)).isEqualTo(bytes);
    } catch (InvalidManifestException e) {
      // said what is wrong
    } catch (MalformedManifestSignatureException e) {
      throw new AssertionError("a line of ours cannot be read", e);
    }
    Manifest.versionInName(new String(bytes, StandardCharsets.UTF_8));
  }

  private static void findsOrRefuses(byte[] bytes) {
    try {
      byte[] content = ManifestSignature.strip(bytes);
      assertThat(Arrays.mismatch(content, bytes)).isIn(-1, content.length);
    } catch (MalformedManifestSignatureException e) {
      // said what is wrong
    }
  }
}
