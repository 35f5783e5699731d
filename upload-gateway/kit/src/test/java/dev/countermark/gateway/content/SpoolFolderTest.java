package dev.countermark.gateway.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolFolderTest {
  private static final Instant NOW = Instant.parse("2026-11-24T08:00:00Z");

  @TempDir Path parent;

  private SpoolFolder open() throws IOException {
    return SpoolFolder.open(parent.resolve("spool"), Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private Path left(String name, Instant at) throws IOException {
    Path file = Files.createFile(parent.resolve("spool").resolve(name));
    Files.setLastModifiedTime(file, FileTime.from(at));
    return file;
  }

  @Test
  void isForThisUserAlone() throws IOException {
    Path folder = Files.createDirectory(parent.resolve("spool"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));

    open();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
  }

  /** What another process is receiving is touched all the time. */
  @Test
  void whatAKilledProcessLeftIsToldByItsAge() throws IOException {
    SpoolFolder spool = open();
    Path dead = left("push-dead.part", NOW.minus(SpoolFolder.ABANDONED).minusSeconds(1));
    Path alive = left("push-alive.part", NOW.minus(SpoolFolder.ABANDONED).plusSeconds(1));
    Path foreign = left("other", NOW.minus(SpoolFolder.ABANDONED).minusSeconds(1));

    spool.clean();

    assertThat(dead).doesNotExist();
    assertThat(alive).exists();
    assertThat(foreign).exists();
  }

  @Test
  void nothingStaysOfAFileThatIsTooLargeOrBreaksOff() throws IOException {
    SpoolFolder spool = open();
    assertThatThrownBy(() -> spool.receive(to -> to.write(new byte[11]), 10))
        .isInstanceOf(Spool.TooLargeException.class);
    assertThatThrownBy(
            () ->
                spool.receive(
                    to -> {
                      to.write(new byte[5]);
                      throw new IOException("gone");
                    },
                    10))
        .hasMessage("gone");
    try (Spool received = spool.receive(to -> to.write(new byte[5]), 10)) {
      assertThat(received.size()).isEqualTo(5);
    }
    try (var files = Files.list(parent.resolve("spool"))) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void moreThanFitsIsRefusedBeforeItsFirstByte() throws IOException {
    SpoolFolder spool = open();
    assertThatThrownBy(
            () ->
                spool.receive(
                    to -> {
                      throw new AssertionError("was asked for its bytes");
                    },
                    Long.MAX_VALUE))
        .isInstanceOf(NoRoomException.class);
  }
}
