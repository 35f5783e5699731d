package dev.countermark.format.zip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpliceTest {
  private static final ByteSource OTHER =
      ByteSource.of("0123456789".getBytes(StandardCharsets.US_ASCII));
  private static final Splice SPLICE =
      new Splice(
          List.of(
              new Splice.Copied(new Range(0, 3)),
              new Splice.Added("ab".getBytes(StandardCharsets.US_ASCII)),
              new Splice.Copied(new Range(5, 9)),
              new Splice.Added("c".getBytes(StandardCharsets.US_ASCII))));

  @Test
  void everyPartOfTheMadeFileReadsAsTheWhole() throws Exception {
    String whole = "012ab5678c";
    ByteSource made = SPLICE.over(OTHER);
    assertThat(made.size()).isEqualTo(whole.length()).isEqualTo(SPLICE.size());
    for (int from = 0; from <= whole.length(); from++) {
      for (int to = from; to <= whole.length(); to++) {
        assertThat(new String(made.read(from, to - from), StandardCharsets.US_ASCII))
            .isEqualTo(whole.substring(from, to));
      }
    }
  }

  @Test
  void nothingIsReadOutsideOfIt() {
    ByteSource made = SPLICE.over(OTHER);
    assertThatThrownBy(() -> made.read(8, 3)).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> made.read(-1, 1)).isInstanceOf(EOFException.class);
  }
}
