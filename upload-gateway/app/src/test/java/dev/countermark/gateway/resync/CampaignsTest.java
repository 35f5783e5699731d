package dev.countermark.gateway.resync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.ObservedBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Events.ResyncFilter;
import dev.countermark.contracts.Events.ResyncRequested;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.ResyncResult;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.SignatureLayout;
import dev.countermark.gateway.resync.CampaignOrder.SenselessException;
import dev.countermark.gateway.resync.Campaigns.TakenException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CampaignsTest {
  private static final RepositoryName APP = RepositoryName.of("acme/app");

  private final ObservedBlobStore store = new ObservedBlobStore(new InMemoryBlobStore());
  private final Records records = new Records(store);
  private final TestCampaigns platform = new TestCampaigns(store);
  private final Campaigns gateway = platform.gateway();

  private static String digest(int number) {
    return "sha256:" + String.format("%064x", number);
  }

  private void manifest(String name, int number, State state) {
    String[] parts = name.split("/");
    records.create(
        OciKeys.manifest(name, digest(number)),
        new ManifestRecord(
            1,
            RepositoryName.of(parts[0] + "/" + parts[1]),
            name,
            digest(number),
            "application/vnd.oci.image.manifest.v1+json",
            Bytes.utf8("{}"),
            Instant.EPOCH.plusSeconds(number),
            state,
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }

  private void manifests(String name, int count) {
    for (int i = 0; i < count; i++) {
      manifest(name, i, State.AVAILABLE);
    }
  }

  private CampaignStatus start(ResyncRequested wanted) throws Exception {
    return gateway.start(wanted, TestCampaigns.ADMINISTRATOR);
  }

  @Test
  void asksForEveryPackageOfTheRepositoryThatCanBeSigned() throws Exception {
    manifest("acme/app", 1, State.AVAILABLE);
    manifest("acme/app/web/ui", 2, State.RECEIVED);
    manifest("acme/app", 3, State.REFUSED);
    manifest("acme/app", 4, State.EXEMPT);
    records.update(
        OciKeys.manifest("acme/app", digest(4)),
        ManifestRecord.class,
        old -> old.map(record -> record.exempt(SignatureLayout.BUNDLE)));
    manifest("acme/app/old", 6, State.EXEMPT); // of a former release, which exempted more
    manifest("acme/app-two", 5, State.AVAILABLE);
    store.create(OciKeys.tag("acme/app", "latest"), new byte[] {'{', '}'});

    start(TestCampaigns.wanted("one", "acme/app", ResyncMode.ENSURE));
    CampaignStatus ended = platform.end(gateway, "one");

    assertThat(ended.state()).isEqualTo("done");
    assertThat(ended.queued()).isEqualTo(Map.of("oci", 4L));
    assertThat(ended.results()).isEqualTo(Map.of(ResyncResult.CHANGED, 4L));
    assertThat(platform.published)
        .extracting(PackageResyncRequested::name)
        .containsExactlyInAnyOrder("acme/app", "acme/app", "acme/app/web/ui", "acme/app/old");
    assertThat(platform.published)
        .allSatisfy(
            p -> {
              assertThat(p.repository()).isEqualTo(APP);
              assertThat(p.campaign()).isEqualTo("one");
            });
  }

  @Test
  void asksForAllOfAnOwnerOrOfTheInstallation() throws Exception {
    manifest("acme/app", 1, State.AVAILABLE);
    manifest("acme/app-two", 2, State.AVAILABLE);
    manifest("acmes/app", 3, State.AVAILABLE);
    ResyncRequested all = TestCampaigns.wanted("all", null, ResyncMode.ENSURE);
    start(all);
    start(
        new ResyncRequested(
            "owner",
            Optional.of("acme"),
            Optional.empty(),
            Optional.of(Set.of("oci")),
            Optional.empty(),
            ResyncMode.ENSURE,
            Optional.empty(),
            Optional.empty(),
            false,
            false));

    assertThat(platform.end(gateway, "all").planned()).isEqualTo(3);
    assertThat(platform.end(gateway, "owner").planned()).isEqualTo(2);
  }

  @Test
  void goesOnPastManyBatches() throws Exception {
    manifests("acme/app", 5_010);
    start(TestCampaigns.wanted("many", "acme/app", ResyncMode.ENSURE));
    while (gateway.planned() == 0) {
      gateway.step();
    }
    assertThat(gateway.planned()).isBetween(1L, 5_010L);
    assertThat(gateway.done()).isLessThanOrEqualTo(gateway.planned());

    CampaignStatus ended = platform.end(gateway, "many");

    assertThat(ended.done()).isEqualTo(5_010);
    assertThat(gateway.planned()).as("of none that it is at").isZero();
    assertThat(platform.published)
        .hasSize(5_010)
        .extracting(PackageResyncRequested::digest)
        .doesNotHaveDuplicates();
  }

  /** Of an image there are more blobs and tags than manifests. */
  @Test
  void whatIsNoPackageIsNotListed() throws Exception {
    for (String name : List.of("acme/app", "acme/app/1st", "acme/app/web/ui")) {
      manifests(name, 120);
      for (int i = 0; i < 500; i++) {
        store.create(OciKeys.blob(name, digest(i)), new byte[] {'{', '}'});
        store.create(OciKeys.tag(name, "v" + i), new byte[] {'{', '}'});
      }
    }
    start(TestCampaigns.wanted("among", "acme/app", ResyncMode.ENSURE));
    store.reset();

    CampaignStatus ended = platform.end(gateway, "among");

    assertThat(ended.planned()).isEqualTo(360);
    assertThat(store.counts().get("list")).as("lists").isLessThan(20);
  }

  /** Replayed a month later, too. */
  @Test
  void theSameAgainStartsNothing() throws Exception {
    manifests("acme/app", 3);
    ResyncRequested wanted = TestCampaigns.wanted("once", "acme/app", ResyncMode.ENSURE);
    start(wanted);
    platform.end(gateway, "once");
    platform.clock.advance(Duration.ofDays(31));
    store.reset();

    CampaignStatus again = platform.gateway().start(wanted, TestCampaigns.ADMINISTRATOR);
    for (int i = 0; i < 20; i++) {
      gateway.step();
      platform.clock.advance(Duration.ofSeconds(1));
    }

    assertThat(again.hasEnded()).isTrue();
    assertThat(platform.published).hasSize(3);
    assertThat(store.writes()).containsOnly("create resyncs/once.json");
  }

  /** What nobody catches. */
  private static final class Crash extends Error {}

  /** At each write, before it and after it; and what signers said meanwhile is never heard. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void goesOnWhereverAGatewayIsKilled(boolean after) throws Exception {
    manifests("acme/app", 250);
    int crashes = 0;
    for (int at = 1; at < 100; at++) {
      String id = "killed" + at;
      start(TestCampaigns.wanted(id, "acme/app", ResyncMode.ENSURE));
      platform.published.clear();
      crashes += endWithACrash(id, at, after) ? 1 : 0;

      CampaignStatus ended = platform.end(platform.gateway(), id);

      assertThat(ended.state()).as(id).isEqualTo("done");
      assertThat(ended.planned()).as(id).isEqualTo(250);
      // All are new, though perhaps nobody is left who heard it when they were signed.
      assertThat(ended.results()).as(id).isEqualTo(Map.of(ResyncResult.CHANGED, 250L));
    }
    assertThat(crashes).isGreaterThan(8);
  }

  private boolean endWithACrash(String id, int at, boolean after) {
    Campaigns killed = platform.gateway();
    int[] writes = {0};
    java.util.function.Consumer<String> crash =
        key -> {
          if (key.contains(id) && ++writes[0] == at) {
            throw new Crash();
          }
        };
    if (after) {
      store.afterReplace = crash;
    } else {
      store.beforeReplace = crash;
    }
    boolean crashed = false;
    try {
      for (int i = 0; i < 100 && writes[0] < at; i++) {
        killed.step();
        platform.sign(killed, 40);
        platform.clock.advance(Duration.ofMillis(100));
      }
    } catch (Crash e) {
      crashed = true;
    } finally {
      store.beforeReplace = key -> {};
      store.afterReplace = key -> {};
    }
    platform.loseAnswers();
    platform.clock.advance(CampaignRun.LEASE.plusSeconds(3));
    return crashed;
  }

  @Test
  void oneGatewayAtATimeIsAtIt() throws Exception {
    manifests("acme/app", 300);
    Campaigns other = platform.gateway();
    start(TestCampaigns.wanted("one", "acme/app", ResyncMode.ENSURE));
    for (int i = 0; i < 100; i++) {
      gateway.step();
      other.step();
      platform.clock.advance(Duration.ofMillis(100));
    }
    platform.sign(gateway, 1_000);

    assertThat(platform.end(gateway, "one").done()).isEqualTo(300);
    assertThat(platform.published).hasSize(300);
  }

  @Test
  void restsWhileItIsPausedAndEndsWhenItIsCancelled() throws Exception {
    manifests("acme/app", 1_000);
    start(TestCampaigns.wanted("one", "acme/app", ResyncMode.ENSURE));
    gateway.step();
    gateway.step();
    gateway.pause("one");
    platform.clock.advance(Duration.ofSeconds(2));
    gateway.step();
    int told = platform.published.size();
    for (int i = 0; i < 50; i++) {
      gateway.step();
      platform.sign(gateway, 100);
      platform.clock.advance(Duration.ofSeconds(1));
    }
    assertThat(platform.published).hasSize(told);
    assertThat(gateway.find("one").orElseThrow().state()).isEqualTo("paused");

    gateway.resume("one", TestCampaigns.ADMINISTRATOR);
    for (int i = 0; i < 5; i++) {
      gateway.step();
      platform.sign(gateway, 10);
      platform.clock.advance(Duration.ofSeconds(1));
    }
    assertThat(platform.published).hasSizeGreaterThan(told);

    gateway.cancel("one");
    platform.clock.advance(Duration.ofSeconds(2));
    gateway.step();
    int last = platform.published.size();
    gateway.step();
    assertThat(platform.published).hasSize(last);
    assertThat(gateway.find("one").orElseThrow().state()).isEqualTo("cancelled");
    assertThat(gateway.resume("one", TestCampaigns.ADMINISTRATOR).orElseThrow().state())
        .isEqualTo("cancelled");
    assertThat(store.list("open-resyncs/", "", 10).entries()).isEmpty();
  }

  @Test
  void aSmallOneDoesNotWaitForALargeOne() throws Exception {
    platform.repository(RepositoryName.of("acme/small"));
    manifests("acme/app", 3_000);
    for (int i = 0; i < 10; i++) {
      manifest("acme/small", i, State.AVAILABLE);
    }
    start(TestCampaigns.wanted("large", "acme/app", ResyncMode.ENSURE));
    for (int i = 0; i < 10; i++) {
      gateway.step();
      platform.sign(gateway, 10);
      platform.clock.advance(Duration.ofMillis(100));
    }
    start(TestCampaigns.wanted("small", "acme/small", ResyncMode.ENSURE));
    platform.clock.advance(Duration.ofSeconds(3));
    for (int i = 0; i < 80 && !gateway.find("small").orElseThrow().hasEnded(); i++) {
      gateway.step();
      platform.sign(gateway, 10);
      platform.clock.advance(Duration.ofMillis(100));
    }

    assertThat(gateway.find("small").orElseThrow().state()).isEqualTo("done");
    assertThat(gateway.find("large").orElseThrow().done()).isLessThan(1_500);
  }

  @Test
  void asksForNextToNothingWhileUploadsWait() throws Exception {
    manifests("acme/app", 10);
    start(TestCampaigns.wanted("one", "acme/app", ResyncMode.ENSURE));
    platform.uploadsWait = true;
    for (int i = 0; i < 10; i++) {
      gateway.step();
    }
    assertThat(platform.published).hasSize(2);

    assertThat(platform.end(gateway, "one").done()).as("what waits for ever").isEqualTo(10);
  }

  @Test
  void goesOnWhenTheBrokerIsBack() throws Exception {
    manifests("acme/app", 10);
    start(TestCampaigns.wanted("one", "acme/app", ResyncMode.ENSURE));
    platform.brokerIsAway = true;
    for (int i = 0; i < 10; i++) {
      gateway.step();
    }
    assertThat(gateway.find("one").orElseThrow().done()).isZero();

    platform.brokerIsAway = false;
    assertThat(platform.end(gateway, "one").done()).isEqualTo(10);
  }

  /** It was written, and nobody heard: neither lost nor counted twice. */
  @Test
  void aWriteWhoseAnswerIsLostIsOneWrite() throws Exception {
    manifests("acme/app", 250);
    int lost = 0;
    for (int at = 1; at < 60; at++) {
      String id = "lost" + at;
      int[] writes = {0};
      int when = at;
      store.afterReplace =
          key -> {
            if (key.contains(id) && ++writes[0] == when) {
              throw new Failure.Transient("the answer is lost", null);
            }
          };
      try {
        start(TestCampaigns.wanted(id, "acme/app", ResyncMode.ENSURE));
      } catch (Failure.Transient e) {
        start(TestCampaigns.wanted(id, "acme/app", ResyncMode.ENSURE));
      }
      CampaignStatus ended = platform.end(gateway, id);
      lost += writes[0] >= when ? 1 : 0;

      assertThat(ended.planned()).as(id).isEqualTo(250);
      assertThat(ended.results()).as(id).isEqualTo(Map.of(ResyncResult.CHANGED, 250L));
    }
    assertThat(lost).isGreaterThan(8);
  }

  @Test
  void anotherRequestWithTheSameIdIsRefused() throws Exception {
    start(TestCampaigns.wanted("one", "acme/app", ResyncMode.ENSURE));

    assertThatThrownBy(() -> start(TestCampaigns.wanted("one", "acme/b", ResyncMode.ENSURE)))
        .isInstanceOf(TakenException.class);
  }

  @Test
  void whatIsNotThereIsNotDone() {
    assertThatThrownBy(() -> start(TestCampaigns.wanted("one", "acme/ap", ResyncMode.ENSURE)))
        .hasMessage("there is no repository acme/ap");
    assertThat(gateway.find("one")).isEmpty();
  }

  @Test
  void ofOneRepositoryFewMayBeOpen() throws Exception {
    platform.repository(RepositoryName.of("acme/other"));
    Campaigns.Requester manager = new Campaigns.Requester(Optional.of("token 1"), false);
    for (int i = 0; i < 3; i++) {
      gateway.start(TestCampaigns.wanted("c" + i, "acme/app", ResyncMode.ENSURE), manager);
    }

    assertThatThrownBy(
            () -> gateway.start(TestCampaigns.wanted("c3", "acme/app", ResyncMode.ENSURE), manager))
        .isInstanceOf(TakenException.class);
    gateway.start(TestCampaigns.wanted("d", "acme/other", ResyncMode.ENSURE), manager);
    platform.end(gateway, "c0");
    gateway.start(TestCampaigns.wanted("c3", "acme/app", ResyncMode.ENSURE), manager);
  }

  /** Those that rest would else be as many as somebody likes, and go on all at once. */
  @Test
  void noMoreAreOpenBecauseSomeRested() throws Exception {
    Campaigns.Requester manager = new Campaigns.Requester(Optional.of("token 1"), false);
    start(TestCampaigns.wanted("of-the-administrator", "acme/app", ResyncMode.ENSURE));
    for (int i = 0; i < 6; i++) {
      gateway.start(TestCampaigns.wanted("c" + i, "acme/app", ResyncMode.ENSURE), manager);
      if (i < 3) {
        gateway.pause("c" + i);
      }
    }

    assertThatThrownBy(() -> gateway.resume("c0", manager)).isInstanceOf(TakenException.class);
    gateway.cancel("c3");
    assertThat(gateway.resume("c0", manager).orElseThrow().state()).isEqualTo("running");
  }

  @Test
  void thoseOfAdministratorsAlwaysHaveAPlace() throws Exception {
    Campaigns.Requester manager = new Campaigns.Requester(Optional.of("token 1"), false);
    for (int i = 0; i < 40; i++) {
      String name = "acme/r" + i;
      platform.repository(RepositoryName.of(name));
      manifests(name, 1);
      gateway.start(TestCampaigns.wanted("c" + i, name, ResyncMode.ENSURE), manager);
    }
    gateway.step();
    assertThat(gateway.active()).isLessThan(32);
    manifests("acme/app", 1);
    start(TestCampaigns.wanted("urgent", "acme/app", ResyncMode.ENSURE));

    gateway.step();
    gateway.step();

    assertThat(platform.published)
        .anyMatch(asked -> asked.repository().equals(RepositoryName.of("acme/app")));
  }

  /** Somebody has the name now who had nothing to do with it. */
  @Test
  void oneOfAFormerRepositoryOfTheNameIsNotTold() throws Exception {
    Campaigns.Requester manager = new Campaigns.Requester(Optional.of("token 1"), false);
    gateway.start(TestCampaigns.wanted("nightly", "acme/app", ResyncMode.ENSURE), manager);
    platform.clock.advance(Duration.ofDays(1));
    new Records(store)
        .update(
            ObjectKeys.repository(APP),
            RepositoryRecord.class,
            old -> Optional.of(new RepositoryRecord(1, APP, platform.clock.instant())));

    assertThatThrownBy(
            () ->
                gateway.start(
                    TestCampaigns.wanted("nightly", "acme/app", ResyncMode.ENSURE), manager))
        .isInstanceOf(TakenException.class);
  }

  /** What one campaign has listed is not what there is when another one comes to the place. */
  @Test
  void nothingIsLeftOutThatWasPushedSinceAnotherOneListed() throws Exception {
    manifests("acme/app", 250);
    start(TestCampaigns.wanted("first", "acme/app", ResyncMode.ENSURE));
    gateway.step();
    gateway.cancel("first");
    manifests("acme/app", 260);

    start(TestCampaigns.wanted("second", "acme/app", ResyncMode.ENSURE));

    assertThat(platform.end(gateway, "second").planned()).isEqualTo(260);
  }

  @Test
  void keepsToItsRate() throws Exception {
    manifests("acme/app", 100);
    gateway.start(
        new ResyncRequested(
            "slow",
            Optional.empty(),
            Optional.of("acme/app"),
            Optional.empty(),
            Optional.empty(),
            ResyncMode.ENSURE,
            Optional.of("no hurry"),
            Optional.of(10),
            false,
            false),
        TestCampaigns.ADMINISTRATOR);
    for (int i = 0; i < 50; i++) {
      gateway.step();
      platform.sign(gateway, 100);
      platform.clock.advance(Duration.ofMillis(100));
    }

    assertThat(platform.published).hasSizeBetween(40, 60);
  }

  @Test
  void findsWhatItsFilterSays() throws Exception {
    manifests("acme/app", 10);
    ResyncFilter filter =
        new ResyncFilter(
            Optional.of("pkg:oci/app@"),
            Optional.of(Instant.EPOCH.plusSeconds(3)),
            Optional.of(Instant.EPOCH.plusSeconds(6)),
            Optional.empty(),
            Optional.of("bundle"));
    start(
        TestCampaigns.wanted(
            "some", "acme/app", ResyncMode.ENSURE, Optional.of(filter), false, false));

    platform.end(gateway, "some");

    assertThat(platform.published)
        .extracting(PackageResyncRequested::digest)
        .containsExactly(digest(4), digest(5));
  }

  @ParameterizedTest
  @EnumSource(
      value = ResyncResult.class,
      names = {"REFUSED", "SKIPPED", "DEAD_LETTERED"})
  void tellsWhatCameOfEachPackage(ResyncResult result) throws Exception {
    manifests("acme/app", 150);
    platform.signer =
        request -> request.digest().equals(digest(77)) ? Optional.of(result) : Optional.empty();
    start(TestCampaigns.wanted("one", "acme/app", ResyncMode.ENSURE));

    CampaignStatus ended = platform.end(gateway, "one");

    assertThat(ended.results()).isEqualTo(Map.of(ResyncResult.CHANGED, 149L, result, 1L));
    CampaignItems items = gateway.items("one", Optional.of(result.label()), "", 100).orElseThrow();
    assertThat(items.items())
        .singleElement()
        .satisfies(item -> assertThat(item.digest()).isEqualTo(digest(77)));
    CampaignItems first = gateway.items("one", Optional.empty(), "", 100).orElseThrow();
    CampaignItems second = gateway.items("one", Optional.empty(), first.next(), 100).orElseThrow();
    assertThat(first.items()).hasSize(100);
    assertThat(second.items()).hasSize(50).doesNotContainAnyElementsOf(first.items());
    assertThat(second.next()).isNull();
  }

  @Test
  void aDryRunTellsAndSignsNothing() throws Exception {
    manifests("acme/app", 120);
    start(
        TestCampaigns.wanted("dry", "acme/app", ResyncMode.ENSURE, Optional.empty(), true, false));

    CampaignStatus ended = platform.end(gateway, "dry");

    assertThat(ended.results()).isEqualTo(Map.of(ResyncResult.CHANGED, 120L));
    assertThat(platform.published).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "../x", "a/b", "a b", "-x"})
  void refusesAnIdThatIsNone(String id) {
    assertThatThrownBy(() -> start(TestCampaigns.wanted(id, "acme/app", ResyncMode.ENSURE)))
        .isInstanceOf(SenselessException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"acme", "/", "Acme/app", "acme/app/x", "v2/x"})
  void refusesARepositoryThatIsNone(String repository) {
    assertThatThrownBy(() -> start(TestCampaigns.wanted("x", repository, ResyncMode.ENSURE)))
        .isInstanceOf(SenselessException.class)
        .hasMessageContaining("owner/name");
  }
}
