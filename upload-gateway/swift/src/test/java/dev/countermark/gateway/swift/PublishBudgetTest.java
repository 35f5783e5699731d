package dev.countermark.gateway.swift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.ObservedBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import dev.countermark.format.swift.archive.ArchiveLimits;
import dev.countermark.gateway.content.BytesBody;
import dev.countermark.gateway.content.MemoryBudget;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.content.SpoolFolder;
import dev.countermark.gateway.integrity.Integrity;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.Ingest;
import dev.countermark.gateway.kit.SettledPackages;
import dev.countermark.gateway.swift.view.ReleaseIndex;
import dev.countermark.gateway.views.ViewMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a publication may cost: one operation on the store is the dearest thing in it (design,
 * section 8).
 */
class PublishBudgetTest {
  private static final RepositoryRecord REPOSITORY =
      new RepositoryRecord(1, RepositoryName.of("acme/app"), Instant.EPOCH);

  @TempDir Path spool;

  private final ObservedBlobStore store = new ObservedBlobStore(new InMemoryBlobStore());
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final ReleaseIndex index =
      new ReleaseIndex(
          store,
          Integrity.alone(store),
          repository -> Runnable::run,
          new ViewMemory(1 << 20, Runnable::run, Clock.systemUTC()),
          Clock.systemUTC());
  private Publications publications;

  @BeforeEach
  void wire() throws IOException {
    publications =
        new Publications(
            new Ingest<>(
                store,
                new PartReceiver(store, new MemoryBudget(64 << 20)),
                (format, upload) -> {},
                new SwiftFormat(),
                ReleaseRecord::following),
            new ArchiveCheck(ArchiveLimits.defaults(), Clock.systemUTC()),
            index.sources(),
            new ReleaseForm.Limits(
                1 << 20, 1 << 16, 1 << 16, SpoolFolder.open(spool, Clock.systemUTC())),
            new Publications.Waiting(
                new SettledPackages(
                    new Records(store), repository -> Runnable::run, () -> Runnable::run, timer),
                Duration.ZERO),
            Clock.systemUTC());
  }

  @AfterEach
  void nothingStaysOnTheDisk() throws IOException {
    timer.shutdownNow();
    try (var files = Files.list(spool)) {
      assertThat(files).isEmpty();
    }
  }

  private void publish(byte[] zip) throws IOException {
    publish(zip, "{}");
  }

  private void publish(byte[] zip, String metadata) throws IOException {
    Form form = Form.archive(zip).metadata(metadata);
    publications
        .publish(
            new Publications.Request(
                REPOSITORY,
                SwiftSettings.defaults(),
                "somebody",
                new SwiftAddresses("http://x", REPOSITORY.repository()),
                new Identity("mona", "list", "1.0.0"),
                "Mona",
                "List",
                Optional.empty(),
                Duration.ZERO,
                form.contentType(),
                BytesBody.of(form.bytes())))
        .toCompletableFuture()
        .join();
  }

  @Test
  void aReleaseIsOneQuestionAndTwoWrites() throws IOException {
    publish(Archives.sound());

    assertThat(store.counts()).isEqualTo(Map.of("head", 1, "put", 1, "create", 1));
  }

  @Test
  void aPlaceOfItsSourceIsOneWriteMore() throws IOException {
    publish(
        Archives.sound(), "{\"repositoryURLs\":[\"https://git.test/a\",\"git@git.test:A.git\"]}");

    assertThat(store.counts()).isEqualTo(Map.of("head", 1, "put", 1, "create", 2));
  }

  @Test
  void aReleaseThatIsThereIsAQuestionAndTwoReadsAndItsBodyIsNotRead() throws IOException {
    publish(Archives.sound());
    store.reset();

    assertThatThrownBy(() -> publish(new byte[2 << 20]))
        .isInstanceOfSatisfying(Failed.class, e -> assertThat(e.status()).isEqualTo(409));

    assertThat(store.counts()).isEqualTo(Map.of("head", 1, "get", 2));
  }

  @Test
  void aBadReleaseIsOneQuestion() {
    for (byte[] bad : new byte[][] {new byte[100], new byte[2 << 20]}) {
      store.reset();
      assertThatThrownBy(() -> publish(bad)).hasCauseInstanceOf(Failed.class);
      assertThat(store.counts()).isEqualTo(Map.of("head", 1));
    }
  }
}
