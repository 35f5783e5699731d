package dev.countermark.gateway.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Obstacle;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.Upload;
import dev.countermark.contracts.WaitingNote;
import dev.countermark.format.echo.EchoFormat;
import dev.countermark.format.echo.EchoRecord;
import dev.countermark.gateway.kit.UploadEvents;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WaitingPackagesTest {
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final EchoFormat FORMAT = new EchoFormat();
  private static final Instant PUSHED = Instant.parse("2026-11-24T10:00:00Z");
  private static final Instant NEXT = PUSHED.plusSeconds(900);
  private static final String RECORD = FORMAT.recordKey(REPOSITORY, "file").orElseThrow();
  private static final String NOTE = ObjectKeys.waiting(REPOSITORY, "echo", RECORD);

  private final InMemoryBlobStore store = new InMemoryBlobStore();
  private final Records records = new Records(store);
  private final List<PackageUploaded> told = new ArrayList<>();
  private final UploadEvents events = (format, upload) -> told.add(upload);
  private final EchoRecord received =
      EchoRecord.received(REPOSITORY, "file", new Upload(List.of(), 0, "0a".repeat(32)), PUSHED);

  private void push(EchoRecord record) {
    records.update(RECORD, EchoRecord.class, old -> Optional.of(record));
  }

  private void note(Optional<Instant> nextTry, boolean handedOver) {
    records.create(
        NOTE,
        new WaitingNote(
            1,
            "echo",
            REPOSITORY,
            "file",
            received.digest(),
            Obstacle.BUSY,
            1,
            PUSHED,
            PUSHED,
            nextTry,
            handedOver));
  }

  private int tellAt(Instant now) {
    return new WaitingPackages(store, events, Clock.fixed(now, ZoneOffset.UTC)).tell();
  }

  private Optional<WaitingNote> note() {
    return records.read(NOTE, WaitingNote.class);
  }

  @Test
  void tellsOnceWhenTheTimeHasCome() {
    push(received);
    note(Optional.of(NEXT), true);

    assertThat(tellAt(NEXT.minusMillis(1))).isZero();
    assertThat(tellAt(NEXT)).isOne();
    assertThat(tellAt(NEXT.plusSeconds(60))).as("a signer has it").isZero();

    assertThat(told).extracting(PackageUploaded::name).containsExactly("file");
    assertThat(note().orElseThrow().handedOver()).isFalse();
  }

  @Test
  void whatCannotBeReadKeepsNobodyWaiting() {
    String damaged = FORMAT.recordKey(REPOSITORY, "a").orElseThrow();
    store.create(damaged, new byte[] {'{'});
    push(received);
    note(Optional.of(NEXT), true);
    WaitingNote other = note().orElseThrow();
    records.create(
        ObjectKeys.waiting(REPOSITORY, "echo", damaged),
        new WaitingNote(
            1,
            "echo",
            REPOSITORY,
            "a",
            other.digest(),
            other.obstacle(),
            1,
            PUSHED,
            PUSHED,
            Optional.of(NEXT),
            true));

    assertThat(tellAt(NEXT)).isOne();

    assertThat(told).extracting(PackageUploaded::name).containsExactly("file");
  }

  @Test
  void knowsHowManyWaitWhyAndSinceWhen() {
    push(received);
    note(Optional.of(NEXT), true);
    WaitingPackages waiting =
        new WaitingPackages(store, events, Clock.fixed(PUSHED, ZoneOffset.UTC));
    assertThat(waiting.oldest("echo")).isEmpty();

    waiting.tell();

    assertThat(waiting.oldest("echo")).contains(PUSHED);
    assertThat(waiting.noted(new WaitingPackages.Reason("echo", Obstacle.BUSY))).isOne();
    records.update(NOTE, WaitingNote.class, old -> Optional.empty());
    waiting.tell();
    assertThat(waiting.oldest("echo")).isEmpty();
  }

  @Test
  void tellsAgainOfWhatASignerForgot() {
    push(received);
    note(Optional.of(NEXT), false);

    assertThat(tellAt(NEXT.plus(Duration.ofMinutes(9)))).isZero();
    assertThat(tellAt(NEXT.plus(Duration.ofMinutes(10)))).isOne();
  }

  /** It waits for signatures that are missing since; who has it in hand needs nobody to tell. */
  @Test
  void tellsOfWhatIsAvailableAndNotInHand() {
    push(received.signed(new EchoRecord.Signature(1, "key", Bytes.utf8("x"), PUSHED)));
    note(Optional.of(NEXT), true);

    assertThat(tellAt(NEXT)).isOne();
    assertThat(tellAt(NEXT.plus(Duration.ofMinutes(10)))).isZero();

    assertThat(note()).isEmpty();
  }

  @Test
  void forgetsWhatWaitsNoLonger() {
    note(Optional.of(NEXT), true);
    assertThat(tellAt(NEXT)).isZero();
    assertThat(note()).as("of a package that is gone").isEmpty();

    push(received.refused(new RefusalNote(Refusal.TOO_LARGE, "large", PUSHED)));
    note(Optional.of(NEXT), true);
    assertThat(tellAt(NEXT)).isZero();
    assertThat(note()).isEmpty();
    assertThat(told).isEmpty();
  }

  @Test
  void triesNothingAgainThatNobodyPlannedTo() {
    push(received);
    note(Optional.empty(), false);

    assertThat(tellAt(PUSHED.plus(Duration.ofDays(2)))).isZero();
    assertThat(note()).isPresent();
    records.create(ObjectKeys.repository(REPOSITORY), new RepositoryRecord(1, REPOSITORY, PUSHED));
    Reconcilers.afterADeath(store, events, Clock.offset(Clock.systemUTC(), Duration.ofMinutes(10)))
        .reconcile();
    assertThat(told).isEmpty();
  }

  @Test
  void goesOnBehindWhatCannotBeRead() {
    push(received);
    store.create(ObjectKeys.WAITING + "a/a/echo/x.json", "?".getBytes(StandardCharsets.UTF_8));
    note(Optional.of(NEXT), true);

    assertThat(tellAt(NEXT)).isOne();
  }
}
