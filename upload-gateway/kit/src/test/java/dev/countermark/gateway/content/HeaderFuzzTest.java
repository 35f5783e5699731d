package dev.countermark.gateway.content;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class HeaderFuzzTest {
  private static final long LENGTH = 1_000;

  static Stream<byte[]> seeds() {
    return Stream.of(
            "bytes=0-5",
            "bytes=-5",
            "bytes=7-",
            "5-9",
            "multipart/form-data; boundary=\"a b\"",
            "multipart/form-data;charset=x; boundary=ab;y=z")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  /** What is taken lies within what there is. */
  @MethodSource("seeds")
  @FuzzTest
  void rangesAreWithinBounds(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    MultipartBoundary.of(text).ifPresent(boundary -> assertThat(boundary).hasSizeBetween(1, 70));
    ByteRange.chunk(text).ifPresent(range -> assertThat(range.length()).isPositive());
    if (ByteRange.request(text, LENGTH) instanceof ByteRange.Request.Part part) {
      assertThat(part.range().first()).isBetween(0L, part.range().last());
      assertThat(part.range().last()).isLessThan(LENGTH);
    }
  }
}
