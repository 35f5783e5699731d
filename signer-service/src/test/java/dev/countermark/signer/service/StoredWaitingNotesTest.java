package dev.countermark.signer.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.ObservedBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Obstacle;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.WaitingNote;
import dev.countermark.format.echo.EchoFormat;
import dev.countermark.signing.Lane;
import dev.countermark.signing.WaitingNotes.Note;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StoredWaitingNotesTest {
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final EchoFormat FORMAT = new EchoFormat();
  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
  private static final String KEY =
      ObjectKeys.waiting(REPOSITORY, "echo", FORMAT.recordKey(REPOSITORY, "file").orElseThrow());

  private final ObservedBlobStore store = new ObservedBlobStore(new InMemoryBlobStore());
  private final StoredWaitingNotes notes = new StoredWaitingNotes(store);

  private static PackageRequest request(String digit) {
    return new PackageRequest(
        FORMAT, Lane.UPLOAD, REPOSITORY, "file", "sha256:" + digit.repeat(64), NOW);
  }

  private static Note note(int tries) {
    return new Note(
        Obstacle.BUSY,
        tries,
        NOW.plusSeconds(tries),
        Optional.of(NOW.plusSeconds(tries + 9)),
        false);
  }

  private WaitingNote stored() {
    return new Records(store).read(KEY, WaitingNote.class).orElseThrow();
  }

  @Test
  void countsTriesOfEarlierDeliveriesAndRemembersTheFirst() {
    assertThat(notes.tries(request("0"))).isZero();

    assertThat(notes.write(request("0"), note(3))).isTrue();
    assertThat(notes.write(request("0"), note(4))).isTrue();

    assertThat(notes.tries(request("0"))).isEqualTo(4);
    assertThat(stored())
        .isEqualTo(
            new WaitingNote(
                2,
                "echo",
                REPOSITORY,
                "file",
                "sha256:" + "0".repeat(64),
                Obstacle.BUSY,
                4,
                NOW.plusSeconds(3),
                NOW.plusSeconds(4),
                Optional.of(NOW.plusSeconds(13)),
                false));
  }

  @Test
  void beginsAnewForWhatIsPushedAnew() {
    notes.write(request("0"), note(3));

    assertThat(notes.tries(request("1"))).isZero();
    notes.write(request("1"), note(1));

    assertThat(stored().since()).isEqualTo(NOW.plusSeconds(1));
  }

  @Test
  void replacesWhatCannotBeRead() {
    store.create(KEY, "{\"obstacle\":\"OF_TOMORROW\"}".getBytes(StandardCharsets.UTF_8));

    assertThat(notes.tries(request("0"))).isZero();
    assertThat(notes.write(request("0"), note(1))).isTrue();

    assertThat(stored().tries()).isEqualTo(1);
  }

  @Test
  void saysThatItCouldNotBeWritten() {
    notes.write(request("0"), note(1));
    store.beforeReplace =
        key -> {
          throw new Failure.Transient("away on purpose", null);
        };

    assertThat(notes.write(request("0"), note(2))).isFalse();
  }

  @Test
  void forgets() {
    notes.write(request("0"), note(1));
    notes.clear(request("0"));
    notes.clear(request("0"));

    assertThat(store.head(KEY)).isEmpty();
  }
}
