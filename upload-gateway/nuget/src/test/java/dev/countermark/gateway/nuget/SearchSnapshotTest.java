package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.ObservedBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.nuget.NugetFormat;
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
import java.nio.charset.StandardCharsets;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a gateway that was started again knows of a large feed, and what it reads to know it. */
class SearchSnapshotTest {
  /** As many packages as a snapshot is worth. */
  private static final int MANY = 1_000;

  private static final RepositoryName NAME = RepositoryName.of("acme/app");
  private static final String POINTER = NugetKeys.searchSnapshot(NAME);
  private static final String PIECES = NugetKeys.searchPieces(NAME);

  @TempDir Path spool;

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2030-01-01T00:00:00Z"));
  private final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
  private final InMemoryBlobStore memory = new InMemoryBlobStore(clock);
  private final ObservedBlobStore store = new ObservedBlobStore(memory);
  private final ExecutorService readers = Executors.newFixedThreadPool(8);
  private final List<Gateway> gateways = new ArrayList<>();
  private LargeFeed feed;

  /** One process, until it is killed. */
  private final class Gateway {
    private final Queue<Runnable> background = new ConcurrentLinkedQueue<>();
    private final SearchIndexes searches;
    private final Views views;

    Gateway() {
      PackageIndex packages =
          new PackageIndex(store, readers, new ViewMemory(1L << 30, background::add, clock), clock);
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

  @BeforeEach
  void fill() throws IOException {
    makeRepository();
    for (int i = 1; i < MANY; i++) {
      feed.add("Acme.Tools.N" + i, "1.0.0");
    }
    pass(Duration.ofHours(1));
  }

  private void makeRepository() throws IOException {
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
                "somebody"));
    Identity first = new Identity("acme.tools", "1.0.0");
    new TestSigner(store, new InMemoryKeyClient()).sign(NAME, first);
    feed = new LargeFeed(store, NAME, first);
  }

  @AfterEach
  void close() {
    gateways.forEach(gateway -> gateway.searches.close());
    readers.shutdownNow();
  }

  private void pass(Duration time) {
    now.updateAndGet(at -> at.plus(time));
  }

  /** A gateway that has written a snapshot. */
  private Gateway saved() {
    Gateway gateway = new Gateway();
    gateway.search("");
    gateway.searches.catchUp();
    assertThat(store.head(POINTER)).isPresent();
    return gateway;
  }

  private Instant savedAt() {
    return memory.list(POINTER, "", 1).entries().get(0).lastModified();
  }

  private List<String> pieces() {
    return memory.list(PIECES, "", 1_000).entries().stream().map(BlobStore.Entry::key).toList();
  }

  private void change(String lowerId, UnaryOperator<VersionRecord> change) {
    new Records(store)
        .update(
            NugetKeys.version(NAME, new Identity(lowerId, "1.0.0")),
            VersionRecord.class,
            old -> old.map(change));
  }

  // ---- after a start ----------------------------------------------------------------------------

  @Test
  void aRestartedGatewayAnswersTheSameWithoutReadingTheRecords() {
    Gateway before = saved();
    Gateway after = new Gateway();
    store.reset();

    assertThat(after.search("")).isEqualTo(before.search(""));

    // The repository, the snapshot, and what is shown.
    assertThat(store.counts().get("get")).isEqualTo(2 + 20);
    assertThat(store.counts()).containsOnlyKeys("get", "open");
    for (String text : List.of("tools", "N77", "author:acme", "packageid:acme.tools.n5", "no")) {
      assertThat(after.search(text)).as(text).isEqualTo(before.search(text));
    }
    after.rest();
    store.reset();
    assertThat(after.search("").total()).isEqualTo(MANY);
    assertThat(store.operations).as("when it was looked at").isEmpty();
  }

  @Test
  void whatWasPublishedMeanwhileIsFoundWhenTheRepositoryWasLookedAt() {
    saved();
    pass(Duration.ofMinutes(20));
    Identity added = feed.add("Acme.Added", "1.0.0");
    pass(Duration.ofMinutes(20));
    Gateway after = new Gateway();
    assertThat(after.finds(added.id())).isFalse();

    after.rest();

    assertThat(after.finds(added.id())).isTrue();
    assertThat(after.search("").total()).isEqualTo(MANY + 1);
  }

  @Test
  void whatTheGatewayHearsBeforeItIsSearchedIsFoundAtOnce() {
    saved();
    pass(Duration.ofMinutes(20));
    Gateway after = new Gateway();
    Identity added = feed.add("Acme.Added", "1.0.0");
    after.views.changed(NAME, added);
    change("acme.tools.n5", v -> v.listed(false));
    after.views.changed(NAME, new Identity("acme.tools.n5", "1.0.0"));

    assertThat(after.finds(added.id())).isTrue();
    assertThat(after.search("").total()).isEqualTo(MANY);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsGoneIsNeverShown(boolean deleted) {
    saved();
    change("acme.tools.n5", v -> deleted ? v.deleted() : v.listed(false));
    Gateway after = new Gateway();

    Results found = after.search("packageid:acme.tools.n5");

    assertThat(found).isEqualTo(new Results(0, List.of()));
    after.rest();
    assertThat(after.search("").total()).isEqualTo(MANY - 1);
    after.searches.catchUp();
    assertThat(new Gateway().finds("acme.tools.n5")).isFalse();
  }

  @Test
  void theLastVersionIsShownAsItIsNow() {
    Gateway before = saved();
    feed.add("Acme.Tools", "2.0.0");
    change("acme.tools", v -> v.listed(false));
    Gateway after = new Gateway();

    Found found = after.search("packageid:acme.tools").page().get(0);

    assertThat(found.last().version()).isEqualTo("2.0.0");
    assertThat(found.versions()).hasSize(1);
    assertThat(before.search("packageid:acme.tools").page().get(0).last().version())
        .as("by a gateway that heard nothing")
        .isEqualTo("1.0.0");
  }

  @Test
  void aGatewayThatHeardMoreThanItRemembersReadsEverything() {
    saved();
    pass(Duration.ofMinutes(20));
    Identity added = feed.add("Acme.Added", "1.0.0");
    Gateway after = new Gateway();
    for (int i = 0; i < 20_000; i++) {
      after.views.changed(NAME, new Identity("other.n" + i, "1.0.0"));
    }
    after.views.changed(NAME, added);

    assertThat(after.finds(added.id())).isTrue();
  }

  // ---- snapshots that are of no use -------------------------------------------------------------

  /** Makes a snapshot, has it broken, and expects that it does not matter. */
  private void expectAnewAfter(Runnable broken) {
    Gateway before = saved();
    Results all = before.search("");
    broken.run();
    Gateway after = new Gateway();
    store.reset();

    assertThat(after.search("")).isEqualTo(all);

    assertThat(store.counts().get("get")).isGreaterThan(MANY);
    pass(Duration.ofHours(1));
    after.searches.catchUp();
    store.reset();
    assertThat(new Gateway().search("")).isEqualTo(all);
    assertThat(store.counts().get("get")).as("from the next snapshot").isLessThan(100);
  }

  private void rewrite(String key, UnaryOperator<byte[]> change) {
    byte[] content = change.apply(memory.get(key).orElseThrow().content());
    memory.put(key, content, content.length);
  }

  private static UnaryOperator<byte[]> replaced(String from, String to) {
    return old -> {
      String text = new String(old, StandardCharsets.UTF_8);
      assertThat(text).containsPattern(from);
      return text.replaceAll(from, to).getBytes(StandardCharsets.UTF_8);
    };
  }

  @Test
  void aDamagedPiece() {
    expectAnewAfter(
        () ->
            rewrite(
                pieces().get(0),
                old -> {
                  old[old.length / 2] ^= 1;
                  return old;
                }));
  }

  @Test
  void aPieceThatIsTooShort() {
    expectAnewAfter(
        () -> rewrite(pieces().get(0), old -> java.util.Arrays.copyOf(old, old.length - 1)));
  }

  @Test
  void aMissingPiece() {
    expectAnewAfter(() -> memory.delete(pieces().get(0)));
  }

  @Test
  void aStoreThatFailsOnPieces() {
    expectAnewAfter(
        () -> {
          byte[] nothing = {};
          memory.put(pieces().get(0), nothing, 0);
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "{}", "{\"files\":[]}", "no json"})
  void aRecordThatIsNone(String record) {
    expectAnewAfter(() -> rewrite(POINTER, old -> record.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void anOlderForm() {
    expectAnewAfter(() -> rewrite(POINTER, replaced("\"form\":\\d+", "\"form\":0")));
  }

  @Test
  void anotherEngine() {
    expectAnewAfter(() -> rewrite(POINTER, replaced("\"engine\":\"[^\"]+", "\"engine\":\"8.0.0")));
  }

  @Test
  void aFileOutsideOfItsFolder() {
    expectAnewAfter(() -> rewrite(POINTER, replaced("\"segments_", "\"../segments_")));
  }

  @Test
  void aFileThatIsTooLarge() {
    expectAnewAfter(
        () -> rewrite(POINTER, replaced("\"size\":\\d+", "\"size\":" + Long.MAX_VALUE / 4)));
  }

  // ---- repositories that come and go ------------------------------------------------------------

  @Test
  void aSnapshotLiesBelowItsRepositorysPrefix() {
    saved();
    String prefix = new NugetFormat().prefix(NAME);
    assertThat(POINTER).startsWith(prefix);
    assertThat(pieces()).isNotEmpty().allMatch(key -> key.startsWith(prefix));
    assertThat(pieces()).noneMatch(key -> new NugetFormat().isRecord(key));
  }

  /** Deletes the packages, and leaves what another gateway may have written meanwhile. */
  private void makeAgain() throws IOException {
    store.delete(ObjectKeys.repository(NAME));
    memory.list(NugetKeys.packages(NAME), "", 1_000).entries().forEach(e -> store.delete(e.key()));
    pass(Duration.ofMinutes(1));
    makeRepository();
  }

  @Test
  void aRepositoryThatWasMadeAgainHasNoneOfTheOldPackages() throws IOException {
    saved();
    makeAgain();

    Gateway after = new Gateway();

    assertThat(after.search("").total()).isOne();
    assertThat(after.finds("acme.tools")).isTrue();
  }

  @Test
  void aGatewayThatMissedTheDeletionNoticesIt() throws IOException {
    Gateway before = saved();
    byte[] snapshot = memory.get(POINTER).orElseThrow().content();
    makeAgain();
    pass(Duration.ofHours(1));

    before.searches.catchUp();

    assertThat(before.search("").total()).isOne();
    assertThat(memory.get(POINTER).orElseThrow().content()).isEqualTo(snapshot);
  }

  @Test
  void changedSettingsLeaveTheIndex() {
    Gateway gateway = saved();
    store.reset();

    gateway.views.forget(NAME);

    assertThat(gateway.search("").total()).isEqualTo(MANY);
    assertThat(store.counts()).containsOnlyKeys("get").containsEntry("get", 1);
  }

  // ---- when snapshots are written ---------------------------------------------------------------

  @Test
  void aSnapshotIsWrittenWhenSomethingChangedAndNotOften() {
    Gateway gateway = saved();
    Instant first = savedAt();
    pass(Duration.ofMinutes(10));
    gateway.searches.catchUp();
    assertThat(savedAt()).as("nothing changed").isEqualTo(first);

    gateway.views.changed(NAME, feed.add("Acme.Added", "1.0.0"));
    gateway.searches.catchUp();
    Instant second = savedAt();
    assertThat(second).isEqualTo(now.get());
    assertThat(new Gateway().finds("acme.added")).isTrue();

    pass(Duration.ofMinutes(4));
    gateway.views.changed(NAME, feed.add("Acme.More", "1.0.0"));
    gateway.searches.catchUp();
    assertThat(savedAt()).as("too early").isEqualTo(second);
    pass(Duration.ofMinutes(1));
    gateway.searches.catchUp();
    assertThat(savedAt()).isEqualTo(now.get());
  }

  @Test
  void ofManyGatewaysOneWrites() {
    Gateway one = saved();
    Gateway other = new Gateway();
    other.search("");
    pass(Duration.ofMinutes(10));
    Identity added = feed.add("Acme.Added", "1.0.0");
    one.views.changed(NAME, added);
    other.views.changed(NAME, added);
    pass(Duration.ofSeconds(1));
    one.searches.catchUp();
    Instant written = savedAt();

    pass(Duration.ofHours(1));
    other.searches.catchUp();

    assertThat(savedAt()).isEqualTo(written);
  }

  @Test
  void aSnapshotIsKeptUpToDateThoughNobodySearches() {
    saved();
    pass(Duration.ofMinutes(10));
    Gateway after = new Gateway();
    after.views.changed(NAME, feed.add("Acme.Added", "1.0.0"));

    after.searches.catchUp();

    assertThat(savedAt()).isEqualTo(now.get());
    assertThat(new Gateway().finds("acme.added")).isTrue();
  }

  @Test
  void aSmallRepositoryHasNoSnapshot() {
    change("acme.tools", VersionRecord::deleted);
    Gateway gateway = new Gateway();
    assertThat(gateway.search("").total()).isEqualTo(MANY - 1);
    gateway.searches.catchUp();
    assertThat(store.head(POINTER)).isEmpty();
    assertThat(pieces()).isEmpty();

    gateway.views.changed(NAME, feed.add("Acme.Added", "1.0.0"));
    gateway.searches.catchUp();
    assertThat(store.head(POINTER)).isPresent();
  }

  @Test
  void aGatewayThatDiesBetweenTwoWritesLeavesTheOlderSnapshot() {
    Gateway before = saved();
    pass(Duration.ofMinutes(10));
    before.views.changed(NAME, feed.add("Acme.Added", "1.0.0"));
    store.beforeReplace =
        key -> {
          throw new Failure.Transient("killed", null);
        };
    before.searches.catchUp();
    int abandoned = pieces().size();
    store.beforeReplace = key -> {};

    Gateway after = new Gateway();
    assertThat(after.search("").total()).isEqualTo(MANY);
    after.rest();
    assertThat(after.finds("acme.added")).isTrue();

    pass(Duration.ofMinutes(20));
    after.views.changed(NAME, feed.add("Acme.More", "1.0.0"));
    after.searches.catchUp();
    assertThat(pieces()).as("the last two snapshots").hasSize(abandoned);
    assertThat(new Gateway().finds("acme.more")).isTrue();
  }

  @Test
  void aStoreThatIsAwayIsTold() {
    saved();
    Gateway after = new Gateway();
    store.beforeList =
        prefix -> {
          throw new Failure.Transient("away", null);
        };
    memory.delete(POINTER);
    assertThatThrownBy(() -> after.search("")).isInstanceOf(Failure.Transient.class);
    store.beforeList = prefix -> {};
    assertThat(after.search("").total()).isEqualTo(MANY);
  }
}
