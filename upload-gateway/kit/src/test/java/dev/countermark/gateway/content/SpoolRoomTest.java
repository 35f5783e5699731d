package dev.countermark.gateway.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolRoomTest {
  @TempDir Path parent;

  private final SpoolRoom room = new SpoolRoom(new SpoolRoom.Limits(100, 30));

  private SpoolRoom.Held taken(String peer, long bytes) {
    SpoolRoom.Held held = room.of(peer);
    held.growTo(bytes);
    return held;
  }

  @Test
  void onePeerHasNoMoreThanItsShareAndOthersHaveTheirs() {
    SpoolRoom.Held first = taken("a", 20);
    assertThatThrownBy(() -> taken("a", 11)).isInstanceOf(BusyException.class);
    taken("a", 10);
    taken("b", 30);
    assertThat(room.used()).isEqualTo(60);

    first.close();
    taken("a", 20);
  }

  @Test
  void oneFileAloneMayBeLargerThanAShareButNotThanAll() {
    SpoolRoom.Held large = taken("a", 90);
    large.growTo(95);
    assertThatThrownBy(() -> large.growTo(101)).isInstanceOf(BusyException.class);
    assertThatThrownBy(() -> taken("a", 1)).isInstanceOf(BusyException.class);
    assertThatThrownBy(() -> taken("b", 6)).isInstanceOf(BusyException.class);
    assertThat(room.used()).as("who is refused holds nothing").isEqualTo(95);

    large.close();
    assertThat(room.used()).isZero();
  }

  @Test
  void growsOnlyByWhatIsNew() {
    SpoolRoom.Held held = taken("a", 10);
    held.growTo(5);
    held.growTo(12);
    assertThat(room.used()).isEqualTo(12);
  }

  @Test
  void whatIsReceivedTakesItUntilItIsClosed() throws IOException {
    SpoolFolder spool =
        SpoolFolder.open(
            parent.resolve("spool"), Clock.systemUTC(), new SpoolRoom.Limits(100_000, 1));
    try (Spool received = spool.receive(to -> to.write(new byte[70_000]), 80_000)) {
      assertThat(received.size()).isEqualTo(70_000);
      assertThat(spool.room().used()).isEqualTo(70_000);
      assertThatThrownBy(() -> spool.receive(to -> to.write(new byte[70_000]), 80_000))
          .isInstanceOf(BusyException.class);
    }
    assertThat(spool.room().used()).isZero();
  }
}
