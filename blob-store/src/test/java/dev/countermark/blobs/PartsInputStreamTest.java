package dev.countermark.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PartsInputStreamTest {
  private static final String SHA256 = "ab".repeat(32);

  private final BlobStore store = new InMemoryBlobStore();

  private Part part(String content) {
    Part part = new Part(SHA256, content.length(), UUID.randomUUID().toString());
    store.put(
        ObjectKeys.content(part.sha256(), part.upload()),
        content.getBytes(StandardCharsets.US_ASCII),
        content.length());
    return part;
  }

  private String read(List<Part> parts, long first, long length) throws IOException {
    try (PartsInputStream in = new PartsInputStream(store, parts, first, length)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  @Test
  void readsAnyRangeAcrossParts() throws IOException {
    List<Part> parts = List.of(part("abc"), part(""), part("defg"), part("h"));
    for (int first = 0; first <= 8; first++) {
      for (int length = 0; length <= 8 - first; length++) {
        assertThat(read(parts, first, length))
            .isEqualTo("abcdefgh".substring(first, first + length));
      }
    }
  }

  @Test
  void readsAnyRangeOfOneObject() throws IOException {
    store.put("blob", "abcd".getBytes(StandardCharsets.US_ASCII), 4);
    for (int first = 0; first <= 4; first++) {
      for (int length = 0; length <= 4 - first; length++) {
        try (PartsInputStream in = new PartsInputStream(store, "blob", first, length)) {
          assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII))
              .isEqualTo("abcd".substring(first, first + length));
        }
      }
    }
  }

  @Test
  void saysThatAPartIsGoneWhenItIsReached() throws IOException {
    Part gone = new Part(SHA256, 3, UUID.randomUUID().toString());

    assertThat(read(List.of(part("abc"), gone), 0, 3)).isEqualTo("abc");
    assertThatThrownBy(() -> read(List.of(part("abc"), gone), 0, 6))
        .isInstanceOf(FileNotFoundException.class);
  }

  @Test
  void saysThatAPartIsShorterThanItWas() {
    Part stored = part("ab");
    Part longer = new Part(stored.sha256(), 3, stored.upload());

    assertThatThrownBy(() -> read(List.of(longer), 0, 3)).isInstanceOf(EOFException.class);
  }
}
