package dev.countermark.format.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class GrammarFuzzTest {
  static Stream<byte[]> seeds() {
    return Stream.of(
            "acme/app/a_b-c.d",
            "v1.0_x",
            "sha256:" + "a".repeat(64),
            "sha256-" + "a".repeat(64) + ".sig")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  /** Names from strangers become parts of keys: what is taken is written as it was read. */
  @MethodSource("seeds")
  @FuzzTest
  void takesOrRefuses(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    OciName.parse(text)
        .ifPresent(name -> assertThat(name).hasToString(text).doesNotHaveToString("."));
    Tag.parse(text).ifPresent(tag -> assertThat(tag).hasToString(text));
    Digest.parse(text).ifPresent(digest -> assertThat(digest).hasToString(text));
    SignatureTags.parse(text)
        .ifPresent(t -> assertThat(SignatureTags.tag(t.subject(), t.suffix())).contains(text));
  }
}
