package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.gateway.nuget.view.Found;
import dev.countermark.gateway.nuget.view.SearchIndexes.Results;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a gateway that was started again knows of a large feed, and what it reads to know it. */
class SearchSnapshotTest {
  private RestartedGateways gateways;

  @BeforeEach
  void fill(@TempDir Path spool) throws IOException {
    gateways = new RestartedGateways(spool);
  }

  @AfterEach
  void close() {
    gateways.close();
  }

  // ---- after a start ----------------------------------------------------------------------------

  @Test
  void aRestartedGatewayAnswersTheSameWithoutReadingTheRecords() {
    RestartedGateways.Gateway before = gateways.saved();
    RestartedGateways.Gateway after = gateways.start();
    gateways.store.reset();

    assertThat(after.search("")).isEqualTo(before.search(""));

    // The repository, the snapshot, and what is shown.
    assertThat(gateways.store.counts().get("get")).isEqualTo(2 + 20);
    assertThat(gateways.store.counts()).containsOnlyKeys("get", "open");
    for (String text : List.of("tools", "N77", "author:acme", "packageid:acme.tools.n5", "no")) {
      assertThat(after.search(text)).as(text).isEqualTo(before.search(text));
    }
    after.rest();
    gateways.store.reset();
    assertThat(after.search("").total()).isEqualTo(RestartedGateways.MANY);
    assertThat(gateways.store.operations).as("when it was looked at").isEmpty();
  }

  @Test
  void whatWasPublishedMeanwhileIsFoundWhenTheRepositoryWasLookedAt() {
    gateways.saved();
    gateways.pass(Duration.ofMinutes(20));
    Identity added = gateways.feed.add("Acme.Added", "1.0.0");
    gateways.pass(Duration.ofMinutes(20));
    RestartedGateways.Gateway after = gateways.start();
    assertThat(after.finds(added.id())).isFalse();

    after.rest();

    assertThat(after.finds(added.id())).isTrue();
    assertThat(after.search("").total()).isEqualTo(RestartedGateways.MANY + 1);
  }

  @Test
  void whatTheGatewayHearsBeforeItIsSearchedIsFoundAtOnce() {
    gateways.saved();
    gateways.pass(Duration.ofMinutes(20));
    RestartedGateways.Gateway after = gateways.start();
    Identity added = gateways.feed.add("Acme.Added", "1.0.0");
    after.views.changed(RestartedGateways.NAME, added);
    gateways.change("acme.tools.n5", v -> v.listed(false, "token acme/app/1"));
    after.views.changed(RestartedGateways.NAME, new Identity("acme.tools.n5", "1.0.0"));

    assertThat(after.finds(added.id())).isTrue();
    assertThat(after.search("").total()).isEqualTo(RestartedGateways.MANY);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsGoneIsNeverShown(boolean deleted) {
    gateways.saved();
    gateways.change(
        "acme.tools.n5",
        v -> deleted ? v.deleted("token acme/app/1") : v.listed(false, "token acme/app/1"));
    RestartedGateways.Gateway after = gateways.start();

    Results found = after.search("packageid:acme.tools.n5");

    assertThat(found).isEqualTo(new Results(0, List.of()));
    after.rest();
    assertThat(after.search("").total()).isEqualTo(RestartedGateways.MANY - 1);
    after.searches.catchUp();
    assertThat(gateways.start().finds("acme.tools.n5")).isFalse();
  }

  @Test
  void theLastVersionIsShownAsItIsNow() {
    RestartedGateways.Gateway before = gateways.saved();
    gateways.feed.add("Acme.Tools", "2.0.0");
    gateways.change("acme.tools", v -> v.listed(false, "token acme/app/1"));
    RestartedGateways.Gateway after = gateways.start();

    Found found = after.search("packageid:acme.tools").page().get(0);

    assertThat(found.last().version()).isEqualTo("2.0.0");
    assertThat(found.versions()).hasSize(1);
    assertThat(before.search("packageid:acme.tools").page().get(0).last().version())
        .as("by a gateway that heard nothing")
        .isEqualTo("1.0.0");
  }

  @Test
  void aGatewayThatHeardMoreThanItRemembersReadsEverything() {
    gateways.saved();
    gateways.pass(Duration.ofMinutes(20));
    Identity added = gateways.feed.add("Acme.Added", "1.0.0");
    RestartedGateways.Gateway after = gateways.start();
    for (int i = 0; i < 20_000; i++) {
      after.views.changed(RestartedGateways.NAME, new Identity("other.n" + i, "1.0.0"));
    }
    after.views.changed(RestartedGateways.NAME, added);

    assertThat(after.finds(added.id())).isTrue();
  }

  // ---- repositories that come and go ------------------------------------------------------------

  @Test
  void aSnapshotLiesBelowItsRepositorysPrefix() {
    gateways.saved();
    String prefix = new NugetFormat().prefix(RestartedGateways.NAME);
    assertThat(RestartedGateways.POINTER).startsWith(prefix);
    assertThat(gateways.pieces()).isNotEmpty().allMatch(key -> key.startsWith(prefix));
    assertThat(gateways.pieces()).noneMatch(key -> new NugetFormat().isRecord(key));
  }

  /** Deletes the packages, and leaves what another gateway may have written meanwhile. */
  private void makeAgain() throws IOException {
    gateways.store.delete(ObjectKeys.repository(RestartedGateways.NAME));
    gateways
        .memory
        .list(NugetKeys.packages(RestartedGateways.NAME), "", 1_000)
        .entries()
        .forEach(e -> gateways.store.delete(e.key()));
    gateways.pass(Duration.ofMinutes(1));
    gateways.makeRepository();
  }

  @Test
  void aRepositoryThatWasMadeAgainHasNoneOfTheOldPackages() throws IOException {
    gateways.saved();
    makeAgain();

    RestartedGateways.Gateway after = gateways.start();

    assertThat(after.search("").total()).isOne();
    assertThat(after.finds("acme.tools")).isTrue();
  }

  @Test
  void aGatewayThatMissedTheDeletionNoticesIt() throws IOException {
    RestartedGateways.Gateway before = gateways.saved();
    byte[] snapshot = gateways.memory.get(RestartedGateways.POINTER).orElseThrow().content();
    makeAgain();
    gateways.pass(Duration.ofHours(1));

    before.searches.catchUp();

    assertThat(before.search("").total()).isOne();
    assertThat(gateways.memory.get(RestartedGateways.POINTER).orElseThrow().content())
        .isEqualTo(snapshot);
  }

  @Test
  void changedSettingsLeaveTheIndex() {
    RestartedGateways.Gateway gateway = gateways.saved();
    gateways.store.reset();

    gateway.views.forget(RestartedGateways.NAME);

    assertThat(gateway.search("").total()).isEqualTo(RestartedGateways.MANY);
    assertThat(gateways.store.counts()).containsOnlyKeys("get").containsEntry("get", 1);
  }

  // ---- when snapshots are written ---------------------------------------------------------------

  @Test
  void anIndexThatWasMadeOfTheRecordsIsKeptAtOnce() {
    RestartedGateways.Gateway gateway = gateways.start();
    gateway.search("");
    gateways.store.reset();

    gateway.rest();

    assertThat(gateways.savedAt()).isEqualTo(gateways.now.get());
    assertThat(gateways.store.operations)
        .as("nothing is read for it")
        .noneMatch(o -> o.endsWith(NugetKeys.packages(RestartedGateways.NAME)));
  }

  @Test
  void aSnapshotIsWrittenWhenSomethingChangedAndNotOften() {
    RestartedGateways.Gateway gateway = gateways.saved();
    Instant first = gateways.savedAt();
    gateways.pass(Duration.ofMinutes(10));
    gateway.searches.catchUp();
    assertThat(gateways.savedAt()).as("nothing changed").isEqualTo(first);

    gateway.views.changed(RestartedGateways.NAME, gateways.feed.add("Acme.Added", "1.0.0"));
    gateway.searches.catchUp();
    Instant second = gateways.savedAt();
    assertThat(second).isEqualTo(gateways.now.get());
    assertThat(gateways.start().finds("acme.added")).isTrue();

    gateways.pass(Duration.ofMinutes(4));
    gateway.views.changed(RestartedGateways.NAME, gateways.feed.add("Acme.More", "1.0.0"));
    gateway.searches.catchUp();
    assertThat(gateways.savedAt()).as("too early").isEqualTo(second);
    gateways.pass(Duration.ofMinutes(1));
    gateway.searches.catchUp();
    assertThat(gateways.savedAt()).isEqualTo(gateways.now.get());
  }

  @Test
  void ofManyGatewaysOneWrites() {
    RestartedGateways.Gateway one = gateways.saved();
    RestartedGateways.Gateway other = gateways.start();
    other.search("");
    gateways.pass(Duration.ofMinutes(10));
    Identity added = gateways.feed.add("Acme.Added", "1.0.0");
    one.views.changed(RestartedGateways.NAME, added);
    other.views.changed(RestartedGateways.NAME, added);
    gateways.pass(Duration.ofSeconds(1));
    one.searches.catchUp();
    Instant written = gateways.savedAt();

    gateways.pass(Duration.ofHours(1));
    other.searches.catchUp();

    assertThat(gateways.savedAt()).isEqualTo(written);
  }

  @Test
  void aSnapshotIsKeptUpToDateThoughNobodySearches() {
    gateways.saved();
    gateways.pass(Duration.ofMinutes(10));
    RestartedGateways.Gateway after = gateways.start();
    after.views.changed(RestartedGateways.NAME, gateways.feed.add("Acme.Added", "1.0.0"));

    after.searches.catchUp();

    assertThat(gateways.savedAt()).isEqualTo(gateways.now.get());
    assertThat(gateways.start().finds("acme.added")).isTrue();
  }

  @Test
  void aSmallRepositoryHasNoSnapshot() {
    gateways.change("acme.tools", v -> v.deleted("admin"));
    RestartedGateways.Gateway gateway = gateways.start();
    assertThat(gateway.search("").total()).isEqualTo(RestartedGateways.MANY - 1);
    gateway.searches.catchUp();
    assertThat(gateways.store.head(RestartedGateways.POINTER)).isEmpty();
    assertThat(gateways.pieces()).isEmpty();

    gateway.views.changed(RestartedGateways.NAME, gateways.feed.add("Acme.Added", "1.0.0"));
    gateway.searches.catchUp();
    assertThat(gateways.store.head(RestartedGateways.POINTER)).isPresent();
  }

  @Test
  void aGatewayThatDiesBetweenTwoWritesLeavesTheOlderSnapshot() {
    RestartedGateways.Gateway before = gateways.saved();
    gateways.pass(Duration.ofMinutes(10));
    before.views.changed(RestartedGateways.NAME, gateways.feed.add("Acme.Added", "1.0.0"));
    gateways.store.beforeReplace =
        key -> {
          throw new Failure.Transient("killed", null);
        };
    before.searches.catchUp();
    int abandoned = gateways.pieces().size();
    gateways.store.beforeReplace = key -> {};

    RestartedGateways.Gateway after = gateways.start();
    assertThat(after.search("").total()).isEqualTo(RestartedGateways.MANY);
    after.rest();
    assertThat(after.finds("acme.added")).isTrue();

    gateways.pass(Duration.ofMinutes(20));
    after.views.changed(RestartedGateways.NAME, gateways.feed.add("Acme.More", "1.0.0"));
    after.searches.catchUp();
    assertThat(gateways.pieces()).as("the last two snapshots").hasSize(abandoned);
    assertThat(gateways.start().finds("acme.more")).isTrue();
  }

  @Test
  void aStoreThatIsAwayIsTold() {
    gateways.saved();
    RestartedGateways.Gateway after = gateways.start();
    gateways.store.beforeList =
        prefix -> {
          throw new Failure.Transient("away", null);
        };
    gateways.memory.delete(RestartedGateways.POINTER);
    assertThatThrownBy(() -> after.search("")).isInstanceOf(Failure.Transient.class);
    gateways.store.beforeList = prefix -> {};
    assertThat(after.search("").total()).isEqualTo(RestartedGateways.MANY);
  }
}
