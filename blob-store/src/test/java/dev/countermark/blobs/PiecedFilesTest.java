package dev.countermark.blobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.ByteRun;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.Piece;
import dev.countermark.contracts.Upload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class PiecedFilesTest {
  private static final String UPLOAD = "00000000-0000-0000-0000-000000000000";
  private static final String WHOLE = "01234AB89xyz";

  private final InMemoryBlobStore store = new InMemoryBlobStore();
  private final Upload upload = new Upload(List.of(part("01234"), part("56789")), 10, "");
  private final List<Piece> pieces =
      List.of(
          Piece.of(new ByteRun(0, 5)),
          Piece.of(Bytes.utf8("AB")),
          Piece.of(new ByteRun(8, 10)),
          Piece.of(part("xyz")));

  private Part part(String content) {
    byte[] bytes = content.getBytes(StandardCharsets.US_ASCII);
    String sha256 = Payload.sha256(bytes, bytes.length);
    store.put(ObjectKeys.content(sha256, UPLOAD), bytes, bytes.length, sha256);
    return new Part(sha256, bytes.length, UPLOAD);
  }

  @Test
  void everyRangeIsThatOfTheWhole() throws IOException {
    for (int first = 0; first < WHOLE.length(); first++) {
      for (int length = 1; first + length <= WHOLE.length(); length++) {
        try (InputStream in = new PiecedFiles(store).open(upload, pieces, first, length)) {
          assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII))
              .isEqualTo(WHOLE.substring(first, first + length));
        }
      }
    }
  }
}
