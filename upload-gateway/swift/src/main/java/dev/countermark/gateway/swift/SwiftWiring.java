package dev.countermark.gateway.swift;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import dev.countermark.format.swift.archive.ArchiveLimits;
import dev.countermark.gateway.auth.Authenticator;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.content.SpoolFolder;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.Ingest;
import dev.countermark.gateway.kit.ListingEvents;
import dev.countermark.gateway.kit.RepositoryAccess;
import dev.countermark.gateway.kit.UploadEvents;
import dev.countermark.gateway.repositories.Repositories;
import dev.countermark.gateway.swift.view.ReleaseIndex;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** Builds the use cases of the Swift registries. */
@ApplicationScoped
class SwiftWiring {
  private static final int READERS = 16;

  /**
   * Threads beside those of requests.
   *
   * @param readers only wait for the store
   * @param background brings views up to date
   * @param timer never blocks
   */
  record Threads(
      ExecutorService readers, ExecutorService background, ScheduledExecutorService timer) {}

  @Produces
  @Singleton
  Threads threads() {
    return new Threads(
        Executors.newFixedThreadPool(READERS, SwiftWiring::thread),
        Executors.newFixedThreadPool(2, SwiftWiring::thread),
        Executors.newSingleThreadScheduledExecutor(SwiftWiring::thread));
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "swift-view");
    thread.setDaemon(true);
    return thread;
  }

  void close(@Disposes Threads threads) {
    threads.timer().shutdownNow();
    threads.background().shutdown();
    threads.readers().shutdown();
  }

  /** Releases in memory may fill a sixteenth of the heap. */
  @Produces
  @Singleton
  ReleaseIndex index(BlobStore store, Threads threads, Clock clock) {
    return new ReleaseIndex(
        store,
        threads.readers(),
        threads.background(),
        Runtime.getRuntime().maxMemory() / 16,
        clock);
  }

  @Produces
  @Singleton
  GatewayFormat<ReleaseRecord, SwiftSettings> format(
      RepositoryAccess<SwiftSettings> access, ReleaseIndex index, SettledReleases settled) {
    return new SwiftGateway(access, index, settled);
  }

  @Produces
  @Singleton
  RepositoryAccess<SwiftSettings> repositoryAccess(
      Authenticator authenticator, Repositories repositories) {
    return new RepositoryAccess<>(
        authenticator, repositories, new SwiftFormat(), SwiftSettings::anonymousRead);
  }

  @Produces
  @Singleton
  SettledReleases settled(BlobStore store, Threads threads) {
    return new SettledReleases(new Records(store), threads.readers(), threads.timer());
  }

  @Produces
  @Singleton
  ArchiveFiles files(BlobStore store) {
    return new ArchiveFiles(store);
  }

  @Produces
  @Singleton
  SwiftAccess access(RepositoryAccess<SwiftSettings> access) {
    return new SwiftAccess(access);
  }

  @Produces
  @Singleton
  Withdrawals withdrawals(
      BlobStore store,
      ReleaseIndex index,
      SettledReleases settled,
      ListingEvents events,
      Clock clock) {
    return new Withdrawals(new Records(store), index, settled, events, clock);
  }

  @Produces
  @Singleton
  Publications publications(
      BlobStore store,
      PartReceiver parts,
      UploadEvents events,
      SettledReleases settled,
      SpoolFolder spool,
      SwiftConfig config,
      Clock clock) {
    return new Publications(
        new Ingest<>(store, parts, events, new SwiftFormat(), ReleaseRecord::following),
        new ArchiveCheck(ArchiveLimits.defaults(), clock),
        settled,
        new ReleaseForm.Limits(
            config.maxArchiveSize().asLongValue(),
            Math.toIntExact(config.maxMetadataSize().asLongValue()),
            Math.toIntExact(config.maxSignatureSize().asLongValue()),
            spool),
        config.publishWait(),
        clock);
  }
}
