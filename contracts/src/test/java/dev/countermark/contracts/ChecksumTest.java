package dev.countermark.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ChecksumTest {
  private static final Note NOTE = new Note(1, Bytes.utf8("what nobody else vouches for"));

  private record Note(long generation, Bytes text) implements Checksummed {}

  private record Plain(long generation, Bytes text) {}

  @Test
  void whatWasWrittenIsRead() {
    assertThat(Json.read(Json.write(NOTE), Note.class)).isEqualTo(NOTE);
  }

  @Test
  void everyBitThatFlipsInWhatARecordSaysIsSeen() {
    byte[] json = Json.write(NOTE);
    int says = Json.write(new Plain(1, NOTE.text())).length - 1;
    for (int bit = 0; bit < says * 8; bit++) {
      byte[] flipped = json.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> Json.read(flipped, Note.class))
          .as("bit %d", bit)
          .isInstanceOf(Json.MalformedJsonException.class);
    }
  }

  @Test
  void aRecordOfBeforeHasNoneAndIsRead() {
    byte[] before = Json.write(new Plain(1, NOTE.text()));

    assertThat(Json.read(before, Note.class)).isEqualTo(NOTE);
    assertThat(Json.read(Json.write(new Plain(1, Bytes.utf8(""))), Note.class).text().length())
        .isZero();
  }

  @Test
  void aReaderOfBeforeIgnoresIt() {
    assertThat(Json.read(Json.write(NOTE), Plain.class)).isEqualTo(new Plain(1, NOTE.text()));
  }

  @Test
  void textThatOnlyLooksLikeOneIsNone() {
    String inside = "x\",\"checksum\":\"sha256:" + "0".repeat(64);
    Note note = new Note(1, Bytes.utf8(inside));

    assertThat(Json.read(Json.write(note), Note.class)).isEqualTo(note);
    assertThatThrownBy(
            () ->
                Json.read(
                    ("{\"generation\":1,\"checksum\":\"sha256:" + "0".repeat(64) + "\"}")
                        .getBytes(StandardCharsets.UTF_8),
                    Note.class))
        .isInstanceOf(Json.MalformedJsonException.class);
  }
}
