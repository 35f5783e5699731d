package dev.countermark.gateway.letters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LettersTest {
  private static final RepositoryName APP = RepositoryName.of("acme/app");
  private static final String DIGEST = "sha256:" + "0a".repeat(32);
  private static final OciFormat FORMAT = new OciFormat();
  private static final Letters.Origin NOTHING_ELSE =
      new Letters.Origin() {
        @Override
        public boolean isOf(Letter letter) {
          return false;
        }

        @Override
        public void handIn(Letter letter) {
          throw new IllegalStateException("nothing came from elsewhere");
        }
      };

  private final InMemoryBlobStore store = new InMemoryBlobStore();
  private final List<Letter> replayed = new ArrayList<>();
  private boolean brokerIsAway;
  private final Letters letters = letters(Runnable::run);

  private Letters letters(Executor afterwards) {
    return new Letters(
        store,
        letter -> {
          if (brokerIsAway) {
            return CompletableFuture.failedFuture(new Failure.Transient("no broker", null));
          }
          replayed.add(letter);
          return CompletableFuture.completedFuture(null);
        },
        afterwards,
        List.of(FORMAT),
        NOTHING_ELSE);
  }

  private static byte[] event() {
    return CloudEvent.of(
            "1",
            "/test",
            PackageUploaded.TYPE,
            "pkg:oci/app",
            Instant.EPOCH,
            new PackageUploaded(APP, "acme/app", DIGEST, "text/x", Instant.EPOCH))
        .toJson();
  }

  private Letter letter(int number, String topic, byte[] value, boolean whole) {
    return new Letter(
        String.format("%013d-0-%d", 1_000 + number, number),
        Instant.EPOCH.plusSeconds(number),
        "UNFORESEEN",
        "a bug",
        3,
        new Letter.Source(topic, 1, 77),
        Optional.of(Bytes.utf8("key")),
        Bytes.of(value),
        whole,
        Letter.About.of(topic, value, letters.formats()));
  }

  private static ManifestRecord record(State state, String digest) {
    return new ManifestRecord(
        1,
        APP,
        "acme/app",
        digest,
        "text/x",
        Bytes.utf8("{}"),
        Instant.EPOCH,
        state,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void tellWhatWasGivenUp() {
    Letter letter = letter(1, FORMAT.uploads(), event(), true);
    letters.keep(letter);
    letters.keep(letter);

    assertThat(letters.list("", 10, l -> true).letters()).containsExactly(letter);
    assertThat(letters.of(FORMAT, record(State.RECEIVED, DIGEST)))
        .hasValueSatisfying(failed -> assertThat(failed.letter()).isEqualTo(letter.id()));
    assertThat(letters.of(FORMAT, record(State.AVAILABLE, DIGEST))).isEmpty();
    assertThat(letters.of(FORMAT, record(State.RECEIVED, DIGEST.replace("0a", "0b")))).isEmpty();
  }

  @Test
  void aReplayedOneGoesOnlyWhenTheBrokerHasIt() {
    Letter letter = letter(1, FORMAT.resyncs(), event(), true);
    letters.keep(letter);
    brokerIsAway = true;
    assertThat(letters.replay(letter)).isCompletedExceptionally();
    assertThat(letters.find(letter.id())).contains(letter);

    brokerIsAway = false;
    assertThat(letters.replay(letter)).isCompleted();

    assertThat(replayed).containsExactly(letter);
    assertThat(letters.find(letter.id())).isEmpty();
    assertThat(letters.of(FORMAT, record(State.RECEIVED, DIGEST))).isEmpty();
    assertThat(store.list("", "", 10).entries()).isEmpty();
  }

  /** Of two there is one too many; of none nobody would ever hear again. */
  @Test
  void aCrashWhenTheBrokerHasItLeavesItToBeHandedInOnceMore() {
    Letter letter = letter(1, FORMAT.uploads(), event(), true);
    letters.keep(letter);

    assertThat(letters(crash -> {}).replay(letter)).isNotCompleted();

    assertThat(letters.find(letter.id())).contains(letter);
    assertThat(letters.of(FORMAT, record(State.RECEIVED, DIGEST))).isPresent();
    assertThat(letters.replay(letter)).isCompleted();
    assertThat(replayed).containsExactly(letter, letter);
    assertThat(store.list("", "", 10).entries()).isEmpty();
  }

  @Test
  void anOlderOneTakesNoNewerOnesNoteAway() {
    Letter older = letter(1, FORMAT.uploads(), event(), true);
    Letter newer = letter(2, FORMAT.uploads(), event(), true);
    letters.keep(older);
    letters.keep(newer);

    letters.discard(older);

    assertThat(letters.of(FORMAT, record(State.RECEIVED, DIGEST)))
        .hasValueSatisfying(failed -> assertThat(failed.letter()).isEqualTo(newer.id()));
  }

  @Test
  void onlyWhatIsWholeAndOfSignersIsHandedInAgain() {
    assertThat(letters.isReplayable(letter(1, FORMAT.uploads(), new byte[] {1}, true))).isTrue();
    assertThat(letters.isReplayable(letter(1, FORMAT.uploads(), event(), false))).isFalse();
    assertThat(letters.isReplayable(letter(1, "countermark.outcomes", event(), true))).isFalse();
    assertThat(letters.isReplayable(letter(1, "", event(), true))).isFalse();
  }

  @Test
  void areListedPageByPage() {
    for (int i = 0; i < 25; i++) {
      letters.keep(letter(i, FORMAT.uploads(), new byte[] {1}, true));
    }
    List<Letter> all = new ArrayList<>();
    Optional<String> next = Optional.of("");
    while (next.isPresent()) {
      Letters.Page page = letters.list(next.get(), 10, l -> l.source().offset() == 77);
      all.addAll(page.letters());
      next = page.next();
    }
    assertThat(all).hasSize(25).isSortedAccordingTo((a, b) -> a.at().compareTo(b.at()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", "1", "../x", "0000000001000-0-1/x", "\0"})
  void anIdThatIsNoneFindsNothing(String id) {
    assertThat(letters.find(id)).isEmpty();
  }
}
