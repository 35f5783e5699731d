package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.ObservedBlobStore;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.gateway.nuget.view.Found;
import dev.countermark.gateway.nuget.view.PackageIndex;
import dev.countermark.gateway.nuget.view.SearchIndexes;
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
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nothing that is done often costs more because a feed has grown: counted in store operations. */
class ScaleTest {
  private static final int MANY = 10_000;
  private static final RepositoryName NAME = RepositoryName.of("acme/app");
  private static final RepositoryRecord REPOSITORY = new RepositoryRecord(1, NAME, Instant.EPOCH);

  @TempDir Path spool;

  /** Everything was written an hour ago: longer than clocks and listings may be late. */
  private final ObservedBlobStore store =
      new ObservedBlobStore(
          new InMemoryBlobStore(Clock.offset(Clock.systemUTC(), Duration.ofHours(-1))));

  private final TestSigner signer = new TestSigner(store, new InMemoryKeyClient());
  private final ExecutorService readers = Executors.newFixedThreadPool(8);
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  private final Queue<Runnable> background = new ConcurrentLinkedQueue<>();
  private PackagePushes pushes;
  private SearchIndexes searches;
  private Views views;

  @BeforeEach
  void wire() {
    Clock clock = clock(now::get);
    store.create(ObjectKeys.repository(NAME), Json.write(REPOSITORY));
    pushes = TestSigner.pushes(store, spool, 1 << 20, clock);
    // What is counted is what a request does.
    PackageIndex packages =
        new PackageIndex(
            store, repository -> readers, new ViewMemory(1L << 30, background::add, clock), clock);
    searches = new SearchIndexes(store, packages, background::add, clock);
    views = new Views(packages, searches);
  }

  @AfterEach
  void close() {
    searches.close();
    readers.shutdownNow();
  }

  private static Clock clock(InstantSource source) {
    return source.withZone(ZoneOffset.UTC);
  }

  private void push(String id, String version) throws IOException {
    byte[] body = FeedClient.multipart(Packages.sound(id, version));
    pushes.push(
        new PackagePushes.Request(
            REPOSITORY,
            new ByteArrayInputStream(body),
            "multipart/form-data; boundary=a-boundary-of-the-tests",
            Optional.empty(),
            "somebody",
            Duration.ZERO));
  }

  private Identity publish(String id, String version) throws IOException {
    push(id, version);
    Identity identity = new Identity(id.toLowerCase(Locale.ROOT), version);
    signer.sign(NAME, identity);
    return identity;
  }

  /** Puts copies of a signed version into the store: other versions of it, or other ids. */
  private void fill(int count, boolean versions) throws IOException {
    Identity first = publish("Acme.Tools", "1.0.0");
    LargeFeed feed = new LargeFeed(store, NAME, first);
    for (int i = 1; i < count; i++) {
      feed.add(versions ? "Acme.Tools" : "Acme.Tools.N" + i, versions ? "1.0." + i : "1.0.0");
    }
  }

  private SearchIndexes.Results search(String text) {
    return searches.search(NAME, new SearchRequest(text, 0, 20, false, false, Optional.empty()));
  }

  @ParameterizedTest
  @CsvSource({"3, true", "3, false", MANY + ", true", MANY + ", false"})
  void nothingCostsMoreInALargeFeed(int size, boolean versions) throws IOException {
    fill(size, versions);
    search("");

    store.reset();
    push("Acme.Tools", "7.0.0");
    assertThat(store.counts()).as("a version").isEqualTo(Map.of("head", 1, "put", 1, "create", 1));
    store.reset();
    push("Acme.New", "1.0.0");
    assertThat(store.counts()).as("an id").isEqualTo(Map.of("head", 1, "put", 1, "create", 1));

    Identity pushed = new Identity("acme.tools", "7.0.0");
    signer.sign(NAME, pushed);
    store.reset();
    views.changed(NAME, pushed);
    assertThat(store.counts()).as("the event of a version").isEqualTo(Map.of("get", 1));

    store.reset();
    Found tools = search("acme.tools").page().get(0);
    assertThat(tools.lowerId() + "/" + tools.last().version()).isEqualTo(pushed.toString());
    assertThat(search("").total()).isEqualTo(versions ? 1 : size);
    assertThat(search("nothing like it").total()).isZero();
    assertThat(
            searches
                .idsLike(NAME, new SearchRequest("acme", 0, 20, false, false, Optional.empty()))
                .total())
        .isEqualTo(versions ? 1 : size);
    assertThat(views.packages().find(NAME, "acme.tools").ascending())
        .hasSize(versions ? size + 1 : 2);
    assertThat(store.operations).as("reading").isEmpty();
  }

  @Test
  void searchingDoesNotHaveTheStoreLookedAtAgain() throws IOException {
    fill(100, false);
    search("");
    store.reset();
    now.set(now.get().plus(Duration.ofMinutes(10)));

    assertThat(search("").page()).hasSize(20);
    background.forEach(Runnable::run);
    assertThat(store.operations).isEmpty();

    views.packages().find(NAME, "acme.tools");
    background.forEach(Runnable::run);
    assertThat(store.counts()).as("reading a package does").isEqualTo(Map.of("list", 1));
  }

  @Test
  @Timeout(60)
  void eventsDoNotWaitForAnIndexThatIsBeingMade() throws Exception {
    fill(3, false);
    CountDownLatch listing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    store.beforeList =
        prefix -> {
          if (prefix.equals(NugetKeys.packages(NAME))) {
            listing.countDown();
            await(goOn);
          }
        };
    Future<SearchIndexes.Results> searched = readers.submit(() -> search("packageid:acme.new"));
    await(listing);

    views.changed(NAME, publish("Acme.New", "1.0.0"));

    assertThat(searched).isNotDone();
    goOn.countDown();
    assertThat(searched.get().total()).isOne();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatTakesLongIsLookedAtSeldom() throws IOException {
    fill(3, false);
    search("");
    store.beforeList = prefix -> now.set(now.get().plus(Duration.ofSeconds(10)));
    searches.catchUp();
    store.reset();

    now.set(now.get().plus(Duration.ofSeconds(499)));
    searches.catchUp();
    assertThat(store.counts()).doesNotContainKey("list");

    now.set(now.get().plus(Duration.ofSeconds(1)));
    searches.catchUp();
    assertThat(store.counts()).containsEntry("list", 1);
  }

  @Test
  void aNewIdIsListedOnceWhenItIsSigned() throws IOException {
    fill(MANY, false);
    search("");
    Identity first = publish("Acme.New", "1.0.0");

    store.reset();
    views.changed(NAME, first);

    assertThat(store.counts()).containsOnlyKeys("get", "list").containsEntry("list", 1);
    assertThat(store.counts().get("get")).isLessThanOrEqualTo(2);
    assertThat(search("packageid:acme.new").total()).isOne();
  }

  @Test
  void anIndexIsMadeOfOneListingAndOneReadOfEachRecord() throws IOException {
    fill(MANY, false);
    store.reset();

    assertThat(search("").total()).isEqualTo(MANY);

    // The other two are the repository and its snapshot, of which there is none.
    assertThat(store.counts()).isEqualTo(Map.of("list", MANY / 1_000, "get", MANY + 2));
  }

  @Test
  void countingReadsOnlyWhatIsNotRemembered() throws IOException {
    fill(MANY, false);
    assertThat(searches.count(NAME, v -> true)).isEqualTo(MANY);
    assertThat(searches.count(NAME, v -> v.identity().id().endsWith("7"))).isEqualTo(MANY / 10);
    search("");
    store.reset();

    assertThat(searches.count(NAME, v -> true)).isEqualTo(MANY);

    assertThat(store.counts()).isEqualTo(Map.of("list", MANY / 1_000));
  }
}
