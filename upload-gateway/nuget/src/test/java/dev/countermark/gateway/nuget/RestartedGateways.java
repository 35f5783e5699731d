package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.ObservedBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.gateway.nuget.view.Found;
import dev.countermark.gateway.nuget.view.PackageIndex;
import dev.countermark.gateway.nuget.view.SearchIndexes;
import dev.countermark.gateway.nuget.view.SearchIndexes.Results;
import dev.countermark.gateway.nuget.view.SearchRequest;
import dev.countermark.gateway.views.ViewMemory;
import dev.countermark.keys.InMemoryKeyClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/** A large feed, and gateways before its store that are started and killed. */
final class RestartedGateways implements AutoCloseable {
  /** As many packages as a snapshot is worth. */
  static final int MANY = 1_000;

  static final RepositoryName NAME = RepositoryName.of("acme/app");
  static final String POINTER = NugetKeys.searchSnapshot(NAME);
  static final String PIECES = NugetKeys.searchPieces(NAME);

  final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2030-01-01T00:00:00Z"));
  private final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
  final InMemoryBlobStore memory = new InMemoryBlobStore(clock);
  final ObservedBlobStore store = new ObservedBlobStore(memory);
  private final ExecutorService readers = Executors.newFixedThreadPool(8);
  private final List<Gateway> gateways = new ArrayList<>();
  private final Path spool;
  LargeFeed feed;

  /** One process, until it is killed. */
  final class Gateway {
    private final Queue<Runnable> background = new ConcurrentLinkedQueue<>();
    final SearchIndexes searches;
    final Views views;

    Gateway() {
      PackageIndex packages =
          new PackageIndex(
              store,
              repository -> readers,
              new ViewMemory(1L << 30, background::add, clock),
              clock);
      searches = new SearchIndexes(store, packages, background::add, clock);
      views = new Views(packages, searches);
      gateways.add(this);
    }

    Results search(String text) {
      return searches.search(NAME, new SearchRequest(text, 0, 20, false, false, Optional.empty()));
    }

    boolean finds(String lowerId) {
      Results found = search("packageid:" + lowerId);
      return found.page().stream().map(Found::lowerId).toList().equals(List.of(lowerId));
    }

    /** What nobody waits for. */
    void rest() {
      for (Runnable task = background.poll(); task != null; task = background.poll()) {
        task.run();
      }
    }
  }

  /**
   * @param spool where pushes are received
   */
  RestartedGateways(Path spool) throws IOException {
    this.spool = spool;
    makeRepository();
    for (int i = 1; i < MANY; i++) {
      feed.add("Acme.Tools.N" + i, "1.0.0");
    }
    pass(Duration.ofHours(1));
  }

  void makeRepository() throws IOException {
    RepositoryRecord repository = new RepositoryRecord(1, NAME, now.get());
    store.create(ObjectKeys.repository(NAME), Json.write(repository));
    TestSigner.pushes(store, spool, 1 << 20, clock)
        .push(
            new PackagePushes.Request(
                repository,
                new ByteArrayInputStream(
                    FeedClient.multipart(Packages.sound("Acme.Tools", "1.0.0"))),
                "multipart/form-data; boundary=a-boundary-of-the-tests",
                Optional.empty(),
                "somebody",
                Duration.ZERO));
    Identity first = new Identity("acme.tools", "1.0.0");
    new TestSigner(store, new InMemoryKeyClient()).sign(NAME, first);
    feed = new LargeFeed(store, NAME, first);
  }

  @Override
  public void close() {
    gateways.forEach(gateway -> gateway.searches.close());
    readers.shutdownNow();
  }

  void pass(Duration time) {
    now.updateAndGet(at -> at.plus(time));
  }

  Gateway start() {
    return new Gateway();
  }

  /** A gateway that has written a snapshot. */
  Gateway saved() {
    Gateway gateway = new Gateway();
    gateway.search("");
    gateway.searches.catchUp();
    assertThat(store.head(POINTER)).isPresent();
    return gateway;
  }

  Instant savedAt() {
    return memory.list(POINTER, "", 1).entries().get(0).lastModified();
  }

  List<String> pieces() {
    return memory.list(PIECES, "", 1_000).entries().stream().map(BlobStore.Entry::key).toList();
  }

  void change(String lowerId, UnaryOperator<VersionRecord> change) {
    new Records(store)
        .update(
            NugetKeys.version(NAME, new Identity(lowerId, "1.0.0")),
            VersionRecord.class,
            old -> old.map(change));
  }
}
