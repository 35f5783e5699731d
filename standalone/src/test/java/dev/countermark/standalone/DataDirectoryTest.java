package dev.countermark.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir private Path place;

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void everythingIsTheOwnersAlone() throws IOException {
    DataDirectory data = DataDirectory.open(place.resolve("data"));
    Path secret = data.secret("admin-token");
    Path configuration = data.properties("part", Map.of("key", "value"));
    data.writePid("part", 1);

    assertThat(permissions(data.root())).isEqualTo("rwx------");
    assertThat(permissions(secret.getParent())).isEqualTo("rwx------");
    assertThat(permissions(secret)).isEqualTo("rw-------");
    assertThat(permissions(configuration)).isEqualTo("rw-------");
    assertThat(permissions(data.root().resolve("run/part.pid"))).isEqualTo("rw-------");
  }

  @Test
  void aSecretIsMadeOnce() throws IOException {
    DataDirectory data = DataDirectory.open(place.resolve("data"));
    String first = DataDirectory.read(data.secret("one"));

    assertThat(first).matches("[0-9a-f]{64}");
    assertThat(DataDirectory.read(DataDirectory.open(data.root()).secret("one"))).isEqualTo(first);
    assertThat(DataDirectory.read(data.secret("other"))).isNotEqualTo(first);
  }

  @Test
  void aSecretThatWasBeingWrittenIsMadeAgain() throws IOException {
    DataDirectory data = DataDirectory.open(place.resolve("data"));
    Path interrupted = data.directory("secrets").resolve("one.new");
    Files.writeString(interrupted, "half");

    assertThat(DataDirectory.read(data.secret("one"))).matches("[0-9a-f]{64}");
    assertThat(interrupted).doesNotExist();
  }

  @Test
  void backslashesSurviveInProperties() throws IOException {
    DataDirectory data = DataDirectory.open(place.resolve("data"));
    java.util.Properties read = new java.util.Properties();
    try (var in = Files.newInputStream(data.properties("p", Map.of("path", "C:\\keys")))) {
      read.load(in);
    }
    assertThat(read).containsEntry("path", "C:\\keys");
  }

  @Test
  void aFileInThePlaceOfTheDirectoryIsExplained() throws IOException {
    Path file = Files.writeString(place.resolve("file"), "");

    assertThatThrownBy(() -> DataDirectory.open(file))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is not a directory")
        .hasMessageContaining("--data");
  }

  @Test
  void oneLauncherAtATime() throws IOException {
    DataDirectory data = DataDirectory.open(place.resolve("data"));
    try (FileLock lock = data.lock()) {
      assertThat(lock.isValid()).isTrue();
      assertThatThrownBy(() -> DataDirectory.open(data.root()).lock())
          .isInstanceOf(UserError.class)
          .hasMessageContaining("already runs")
          .hasMessageContaining("./run stop --data " + data.root());
    }
  }

  @Test
  void whoIsGoneIsNotFound() throws IOException {
    DataDirectory data = DataDirectory.open(place.resolve("data"));
    assertThat(data.process("never-started")).isEmpty();

    data.writePid("gone", Long.MAX_VALUE);
    assertThat(data.process("gone")).isEmpty();

    data.writePid("self", ProcessHandle.current().pid());
    assertThat(data.process("self")).contains(ProcessHandle.current());
    data.removePid("self");
    assertThat(data.process("self")).isEmpty();
  }

  @Test
  void makesNoSecretBesideWhatOpensWithTheOneThatIsGone() throws Exception {
    DataDirectory data = DataDirectory.open(place.resolve("data"));
    Path secret = data.secret("keys-root", "objects/keys");
    String made = DataDirectory.read(secret);
    data.directory("objects/keys/bucket");
    assertThat(DataDirectory.read(data.secret("keys-root", "objects/keys"))).isEqualTo(made);

    Files.delete(secret);

    assertThatThrownBy(() -> data.secret("keys-root", "objects/keys"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("restore it from your backup");
    assertThat(secret).doesNotExist();
  }
}
