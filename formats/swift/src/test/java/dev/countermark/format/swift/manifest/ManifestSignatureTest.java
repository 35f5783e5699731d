package dev.countermark.format.swift.manifest;

import static dev.countermark.format.swift.SwiftSamples.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.format.swift.SwiftSamples;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every row of the swift reference, section 3. */
class ManifestSignatureTest {
  private static final byte[] CMS = {1, 2, 3, 4, 5, 6, 7};
  private static final String LINE = "// signature: cms-1.0.0;AQIDBAUGBw==";

  private static Optional<ManifestSignature> find(String manifest) throws Exception {
    return ManifestSignature.find(utf8(manifest));
  }

  @Test
  void writesTheLineAsPublishDoes() {
    assertThat(new String(ManifestSignature.append(utf8("a\n"), CMS), StandardCharsets.UTF_8))
        .isEqualTo("a\n\n" + LINE);
    assertThat(new String(ManifestSignature.append(utf8("a"), CMS), StandardCharsets.UTF_8))
        .isEqualTo("a\n" + LINE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "\r\n", "\n\n", " ", "a\r\nb\r\n", "\u00e9\ud83d\ude00\n"})
  void strippingGivesBackWhatWasSigned(String end) throws Exception {
    byte[] manifest = utf8(SwiftSamples.PACKAGE_SWIFT + end);
    byte[] signed = ManifestSignature.append(manifest, CMS);
    ManifestSignature found = ManifestSignature.find(signed).orElseThrow();
    assertThat(found.content(signed)).isEqualTo(manifest);
    assertThat(found.cms()).isEqualTo(CMS);
    assertThat(found.format()).isEqualTo("cms-1.0.0");
    assertThat(ManifestSignature.strip(signed)).isEqualTo(manifest);
    assertThat(ManifestSignature.strip(manifest)).isSameAs(manifest);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        LINE,
        "//signature: cms-1.0.0;AQIDBAUGBw==",
        "/// SIGNATURE:cms-1.0.0;AQIDBAUGBw==",
        "  // signature:   cms-1.0.0;AQIDBAUGBw==",
        LINE + "\n",
        LINE + "\r\n\n  \n\t"
      })
  void findsWhatTheClientFinds(String line) throws Exception {
    assertThat(find("a\n" + line))
        .hasValueSatisfying(found -> assertThat(found.contentLength()).isEqualTo(1));
  }

  @Test
  void aCarriageReturnBelongsToTheSeparator() throws Exception {
    assertThat(find("a\r\n" + LINE).orElseThrow().contentLength()).isEqualTo(1);
    assertThat(find("a\n\r\n" + LINE).orElseThrow().contentLength()).isEqualTo(2);
    // Why manifests that end in a lone one are refused: it would not be among what is signed.
    byte[] signed = ManifestSignature.append(utf8("a\r"), CMS);
    assertThat(ManifestSignature.strip(signed)).isEqualTo(utf8("a"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "",
        LINE,
        "a\n" + LINE + "\nb",
        "a\n" + LINE + "\n// comment",
        "a\nx " + LINE,
        "a\n// signatures: cms-1.0.0;AQIDBAUGBw==",
        "a\n// signature : cms-1.0.0;AQIDBAUGBw==",
        "a\n# signature: cms-1.0.0;AQIDBAUGBw=="
      })
  void everythingElseIsUnsigned(String manifest) throws Exception {
    assertThat(find(manifest)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "// signature: cms-1.0.0;AQIDBAUGBw=",
        "// signature: cms-1.0.0;AQIDB!UGBw==",
        "// signature: cms-1.0.0;AQIDBAUGBx==",
        "// signature: cms-1.0.0;AQID BAUGBw==",
        "// signature: cms-1.0.0;",
        "// signature: cms-1.0.0",
        "// signature:"
      })
  void damagedLinesAreMalformed(String line) {
    assertThatThrownBy(() -> find("a\n" + line))
        .isInstanceOf(MalformedManifestSignatureException.class)
        .hasMessage("manifest signature is malformed");
  }

  @Test
  void unknownFormatsAreTold() throws Exception {
    assertThat(find("a\n// signature: cms-2.0.0;AQID").orElseThrow().format())
        .isEqualTo("cms-2.0.0");
  }

  @Test
  void theLastOfTwoLinesCoversTheFirst() throws Exception {
    byte[] once = ManifestSignature.append(utf8("a\n"), CMS);
    byte[] twice = ManifestSignature.append(once, new byte[] {9});
    ManifestSignature outer = ManifestSignature.find(twice).orElseThrow();
    assertThat(outer.content(twice)).isEqualTo(once);
    assertThat(outer.cms()).containsExactly(9);
    assertThat(ManifestSignature.strip(ManifestSignature.strip(twice))).isEqualTo(utf8("a\n"));
  }

  static IntStream seeds() {
    return IntStream.range(0, 500);
  }

  /** Text made of what matters: what is found never covers its own line, and signs as before. */
  @ParameterizedTest
  @MethodSource("seeds")
  void whateverTheTextAppendingIsUndoneByStripping(int seed) throws Exception {
    String[] parts = {"\n", "\r\n", " ", "\t", "//", "signature:", "cms-1.0.0;", "AQID", "a", "é"};
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder("// swift-tools-version:5.9\n");
    random.ints(random.nextInt(20), 0, parts.length).forEach(i -> text.append(parts[i]));
    byte[] manifest = utf8(text.toString());
    byte[] signed = ManifestSignature.append(manifest, CMS);
    assertThat(ManifestSignature.strip(signed)).isEqualTo(manifest);
    try {
      Optional<ManifestSignature> inner = ManifestSignature.find(manifest);
      inner.ifPresent(found -> assertThat(found.contentLength()).isLessThan(manifest.length));
    } catch (MalformedManifestSignatureException e) {
      assertThat(text).contains("signature:");
    }
  }
}
