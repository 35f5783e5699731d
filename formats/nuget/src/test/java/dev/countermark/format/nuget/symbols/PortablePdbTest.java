package dev.countermark.format.nuget.symbols;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PortablePdbTest {
  private static final UUID GUID = UUID.fromString("95f8f6b2-afbc-45e4-884c-b4a5bf5addd2");

  /** Bytes 28 to 31 are flags and number of streams; then come their headers. */
  private static final int STREAMS = 32;

  private static byte[] sound() {
    return TestPdbs.portable(GUID, new byte[10_000]);
  }

  private static PortablePdb read(byte[] pdb, int piece) throws MalformedPdbException {
    PortablePdb.Scan scan = new PortablePdb.Scan(pdb.length);
    for (int at = 0; at < pdb.length; at += piece) {
      scan.update(pdb, at, Math.min(piece, pdb.length - at));
    }
    return scan.finish();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 111, 113, 120, 4_095, 4_096, 4_097, 1 << 20})
  void readsWhatCompilersWriteInPiecesOfAnySize(int piece) throws Exception {
    PortablePdb pdb = read(sound(), piece);

    assertThat(pdb.guid()).isEqualTo("95f8f6b2afbc45e4884cb4a5bf5addd2");
    assertThat(pdb.checksum()).isEqualTo(TestPdbs.checksum(sound()));
  }

  @Test
  void theIdMayBeAnywhereBehindTheHead() throws Exception {
    byte[] pdb = TestPdbs.portable(new UUID(0, 0), new byte[10_000]);
    byte[] id = Arrays.copyOfRange(sound(), TestPdbs.ID_AT, TestPdbs.ID_AT + 20);
    int at = 4_090; // some of it within what is kept of the beginning
    pdb[STREAMS] = (byte) at;
    pdb[STREAMS + 1] = (byte) (at >> 8);
    System.arraycopy(id, 0, pdb, at, id.length);

    assertThat(read(pdb, 1_000).guid()).isEqualTo("95f8f6b2afbc45e4884cb4a5bf5addd2");
  }

  @Test
  void whatIsOutsideOfTheIdIsInTheChecksum() throws Exception {
    byte[] otherId = sound();
    otherId[TestPdbs.ID_AT + 19]++;
    byte[] otherContent = sound();
    otherContent[TestPdbs.ID_AT + 20]++;

    assertThat(read(otherId, 100).checksum()).isEqualTo(read(sound(), 100).checksum());
    assertThat(read(otherContent, 100).checksum()).isNotEqualTo(read(sound(), 100).checksum());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 77, of another kind",
    "13, 7, version is too long",
    "12, 200, head is cut off",
    "30, 65, more than 64 streams",
    "30, 30, lies outside",
    "30, 0, no #Pdb stream",
    "41, 81, no #Pdb stream",
    "32, 90, lies in its head",
    "35, 1, lies outside",
    "36, 19, too short",
    "39, 1, lies outside"
  })
  void refusesWhatIsNone(int at, int value, String why) {
    byte[] pdb = TestPdbs.portable(GUID, new byte[10]);
    pdb[at] = (byte) value;
    assertThatThrownBy(() -> read(pdb, 50))
        .isInstanceOf(MalformedPdbException.class)
        .hasMessageContaining(why);
  }

  @Test
  void refusesWhatIsCutOff() {
    byte[] sound = TestPdbs.portable(GUID, new byte[10]);
    for (int length = 0; length < sound.length; length++) {
      byte[] cut = Arrays.copyOf(sound, length);
      assertThatThrownBy(() -> read(cut, 50)).isInstanceOf(MalformedPdbException.class);
    }
    PortablePdb.Scan scan = new PortablePdb.Scan(sound.length + 1);
    scan.update(sound, 0, sound.length);
    assertThatThrownBy(scan::finish).hasMessageContaining("cut off");
  }

  @Test
  void tellsThoseOfWindows() {
    byte[] windows =
        "Microsoft C/C++ MSF 7.00\r\n"
            .repeat(50)
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> read(windows, 50))
        .isInstanceOfSatisfying(
            MalformedPdbException.class, e -> assertThat(e.isOfOtherKind()).isTrue());
  }
}
