package dev.countermark.gateway.swift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.gateway.TestFormats;
import dev.countermark.gateway.content.BytesBody;
import dev.countermark.gateway.content.MemoryBudget;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.events.Reconcilers;
import dev.countermark.gateway.sweep.ContentSweeper;
import dev.countermark.gateway.sweep.ContentSweeper.Swept;
import dev.countermark.keys.InMemoryKeyClient;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What looks after releases when nobody asks: the sweeper and the reconciler. */
class ReleaseCareTest {
  private static final RepositoryName APP = RepositoryName.of("acme/app");
  private static final Identity LIB = new Identity("mona", "list", "1.0.0");
  private static final String KEY = SwiftKeys.release(APP, LIB);

  private final InMemoryBlobStore store = new InMemoryBlobStore();
  private final Records records = new Records(store);

  @BeforeEach
  void createTheRepository() {
    records.create(ObjectKeys.repository(APP), new RepositoryRecord(1, APP, Instant.EPOCH));
  }

  private void publish() throws IOException {
    byte[] zip = Archives.sound();
    List<Part> parts =
        new PartReceiver(store, new MemoryBudget(64 << 20))
            .receive(BytesBody.of(zip), "SHA-256", (c, l, d) -> false)
            .toCompletableFuture()
            .join()
            .parts();
    ReleaseRecord record =
        new ReleaseRecord(
            1,
            APP,
            LIB,
            "Mona",
            "List",
            new Upload(parts, zip.length, "0".repeat(64)),
            Optional.empty(),
            Optional.empty(),
            Instant.EPOCH,
            "s",
            State.RECEIVED,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    records.update(
        KEY,
        ReleaseRecord.class,
        old -> Optional.of(old.isEmpty() ? record : record.following(old.get())));
  }

  private void change(UnaryOperator<ReleaseRecord> change) {
    records.update(KEY, ReleaseRecord.class, old -> old.map(change));
  }

  private static Clock later(Duration time) {
    return Clock.offset(Clock.systemUTC(), time);
  }

  private Swept sweep() {
    return new ContentSweeper(
            store, TestFormats.all(), Duration.ofHours(24), later(Duration.ofDays(3)))
        .sweep()
        .orElseThrow();
  }

  private int contents() {
    return store.list(ObjectKeys.CONTENT, "", 100).entries().size();
  }

  @Test
  void theSweeperKeepsWhatAReleaseIsMadeOf() throws IOException {
    publish();
    assertThat(sweep()).isEqualTo(new Swept(0, 0, 0, 0));

    new TestSigner(store, new InMemoryKeyClient()).sign(APP, LIB);

    assertThat(contents()).isEqualTo(2);
    assertThat(sweep()).isEqualTo(new Swept(0, 0, 0, 0));
    assertThat(contents()).isEqualTo(2);
  }

  @Test
  void theContentOfAWithdrawnReleaseGoesAndItsTombstoneStays() throws IOException {
    publish();
    new TestSigner(store, new InMemoryKeyClient()).sign(APP, LIB);
    change(r -> r.deleted("admin"));

    assertThat(sweep().parts()).isEqualTo(2);
    assertThat(contents()).isZero();
    assertThat(store.head(KEY)).isPresent();
  }

  @Test
  void aRefusedReleaseIsKeptUntilItIsPublishedAgain() throws IOException {
    publish();
    change(r -> r.refused(new RefusalNote(Refusal.CANCELLED, "", Instant.EPOCH)));
    assertThat(sweep().parts()).isZero();

    publish();

    assertThat(contents()).isEqualTo(2);
    assertThat(sweep().parts()).isOne();
  }

  @Test
  void releasesOfARepositoryThatIsGoneGo() throws IOException {
    publish();
    store.delete(ObjectKeys.repository(APP));

    assertThat(sweep().orphans()).isOne();
    assertThat(store.head(KEY)).isEmpty();
  }

  @Test
  void theReconcilerTellsTheSignersOfWhatStillWaits() throws IOException {
    publish();
    List<PackageUploaded> told = new ArrayList<>();
    var reconciler =
        Reconcilers.afterADeath(
            store, (format, upload) -> told.add(upload), later(Duration.ofMinutes(10)));

    assertThat(reconciler.reconcile()).isOne();
    assertThat(told)
        .containsExactly(
            new PackageUploaded(
                APP,
                "mona.list/1.0.0",
                "sha256:" + "0".repeat(64),
                "application/zip",
                Instant.EPOCH));

    new TestSigner(store, new InMemoryKeyClient()).sign(APP, LIB);
    assertThat(
            Reconcilers.afterADeath(
                    store, (format, upload) -> told.add(upload), later(Duration.ofMinutes(10)))
                .reconcile())
        .isZero();
  }
}
