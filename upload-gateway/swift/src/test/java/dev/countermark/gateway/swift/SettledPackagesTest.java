package dev.countermark.gateway.swift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Obstacle;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.contracts.WaitingNote;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.gateway.kit.SettledPackages;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SettledPackagesTest {
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final Identity IDENTITY = new Identity("mona", "list", "1.0.0");

  private final Records records = new Records(new InMemoryBlobStore());
  private final ExecutorService reader = Executors.newSingleThreadExecutor();
  private final ExecutorService requests = Executors.newCachedThreadPool();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final SettledPackages settled =
      new SettledPackages(records, repository -> reader, () -> requests, timer);

  @AfterEach
  void stop() {
    List.of(reader, requests, timer).forEach(ExecutorService::shutdownNow);
  }

  private static ReleaseRecord pushed() {
    return new ReleaseRecord(
        1,
        REPOSITORY,
        IDENTITY,
        "mona",
        "List",
        new Upload(List.of(), 0, "ab".repeat(32)),
        Optional.empty(),
        Optional.empty(),
        Instant.EPOCH,
        "submission",
        State.RECEIVED,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Who goes on looks at a view, and whoever makes that view waits for readers. */
  @Test
  void whoWaitedMayWaitForReaders() throws Exception {
    ReleaseRecord pushed = pushed();
    String key = SwiftKeys.release(REPOSITORY, IDENTITY);
    records.create(key, pushed);
    CompletableFuture<State> seen = new CompletableFuture<>();
    settled
        .listen(new SwiftFormat(), key, pushed)
        .settled(Duration.ofMinutes(1))
        .thenAccept(
            release -> seen.complete(CompletableFuture.supplyAsync(release::state, reader).join()));

    records.update(
        key,
        ReleaseRecord.class,
        old -> old.map(r -> r.refused(new RefusalNote(Refusal.CANCELLED, "test", Instant.EPOCH))));
    settled.changed(REPOSITORY, key);

    assertThat(seen.get(10, TimeUnit.SECONDS)).isEqualTo(State.REFUSED);
  }

  /** A signer that put it off would not sign it while anybody waits. */
  @Test
  void whoWaitsForWhatWasPutOffIsToldSo() throws Exception {
    ReleaseRecord pushed = pushed();
    String key = SwiftKeys.release(REPOSITORY, IDENTITY);
    records.create(key, pushed);
    records.create(
        ObjectKeys.waiting(REPOSITORY, "swift", key),
        new WaitingNote(
            1,
            "swift",
            REPOSITORY,
            IDENTITY.toString(),
            pushed.digest(),
            Obstacle.AUDIT_BROKEN,
            1,
            Instant.EPOCH,
            Instant.EPOCH,
            Optional.of(Instant.EPOCH),
            true));
    CompletionStage<ReleaseRecord> waits =
        settled.listen(new SwiftFormat(), key, pushed).settled(Duration.ofMinutes(1));

    settled.changed(REPOSITORY, key);

    assertThat(waits.toCompletableFuture().get(10, TimeUnit.SECONDS)).isEqualTo(pushed);
  }

  /** One push finds out that the signers are away; the others do not wait for it, too. */
  @Test
  void nobodyWaitsForSignersThatAreSilent() throws Exception {
    ReleaseRecord pushed = pushed();
    String key = SwiftKeys.release(REPOSITORY, IDENTITY);
    records.create(key, pushed);
    push(key, pushed, Duration.ofSeconds(2)).get(10, TimeUnit.SECONDS);

    assertThat(push(key, pushed, Duration.ofMinutes(1))).isCompletedWithValue(pushed);
    CompletableFuture<ReleaseRecord> asked =
        settled
            .listen(new SwiftFormat(), key, pushed)
            .settled(Duration.ofMinutes(1))
            .toCompletableFuture();
    assertThat(asked).as("whoever asks for a wait gets one").isNotDone();

    settled.heard(new SwiftFormat(), REPOSITORY, "of another package");
    assertThat(push(key, pushed, Duration.ofMinutes(1))).isNotDone();
  }

  private CompletableFuture<ReleaseRecord> push(
      String key, ReleaseRecord pushed, Duration patience) {
    return settled
        .afterTelling(new SwiftFormat(), key, pushed, () -> {})
        .settled(patience)
        .toCompletableFuture();
  }
}
