package dev.countermark.gateway.swift.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.ObservedBlobStore;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whose source code is where, and what it costs to ask. */
class SourceIndexTest {
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final Instant NOW = Instant.parse("2026-05-01T10:00:00Z");
  private static final String URL = "https://git.test/mona/list";

  private final ObservedBlobStore store = new ObservedBlobStore(new InMemoryBlobStore());
  private final SourceIndex index = index();

  private SourceIndex index() {
    return new SourceIndex(
        store,
        Clock.fixed(NOW, ZoneOffset.UTC),
        key ->
            store
                .get(key)
                .map(o -> Json.read(o.content(), ReleaseRecord.class))
                .flatMap(r -> ReleaseView.of(r, false)));
  }

  @BeforeEach
  void known() {
    store.create(SwiftKeys.SOURCES_KNOWN, new byte[] {'1'});
  }

  private void publish(String name, Instant at, State state, String url) {
    ReleaseRecord record = record(name, at, state, url);
    index.claim(REPOSITORY, record.identity(), at, record.metadata());
    byte[] json = Json.write(record);
    store.put(SwiftKeys.release(REPOSITORY, record.identity()), json, json.length);
  }

  private static ReleaseRecord record(String name, Instant at, State state, String url) {
    return new ReleaseRecord(
        1,
        REPOSITORY,
        new Identity("mona", name, "1.0.0"),
        "Mona",
        name,
        new Upload(List.of(), 0, Upload.digest("0".repeat(64))),
        Optional.of(Bytes.utf8("{\"repositoryURLs\":[\"" + url + "\"]}")),
        Optional.empty(),
        at,
        "submission",
        state,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private Optional<String> first() {
    return index.first(REPOSITORY, URL).map(ReleaseView::name);
  }

  private static Instant ago(int minutes) {
    return NOW.minus(Duration.ofMinutes(minutes));
  }

  @Test
  void asksForNothingButWhatNamedTheAddress() {
    for (int i = 0; i < 500; i++) {
      publish("other-" + i, ago(500), State.AVAILABLE, URL + i);
    }
    publish("late", ago(1), State.AVAILABLE, URL);
    publish("early", ago(9), State.AVAILABLE, "git@git.test:mona/List.git");
    store.reset();

    assertThat(first()).contains("early");
    assertThat(store.operations).hasSize(2);
    store.reset();
    assertThat(index.first(REPOSITORY, URL + "x")).isEmpty();
    assertThat(store.operations).hasSize(2);
    store.reset();
    assertThat(index.first(REPOSITORY, URL + "y")).isEmpty();
    assertThat(store.operations).hasSize(1);
  }

  @Test
  void whoIsNotSeenHasNoSource() {
    publish("pending", ago(9), State.RECEIVED, URL);
    publish("withdrawn", ago(8), State.DELETED, URL);
    assertThat(first()).isEmpty();
    publish("seen", ago(1), State.AVAILABLE, URL);
    assertThat(first()).contains("seen");

    publish("pending", ago(9), State.AVAILABLE, URL);
    assertThat(first()).contains("pending");
  }

  @Test
  void aClaimWithoutItsReleaseGoesWhenNobodyComesBackToIt() {
    publish("lost", ago(90), State.AVAILABLE, URL);
    publish("young", ago(2), State.AVAILABLE, URL);
    store.delete(SwiftKeys.release(REPOSITORY, new Identity("mona", "lost", "1.0.0")));
    store.delete(SwiftKeys.release(REPOSITORY, new Identity("mona", "young", "1.0.0")));
    // The version was given away again, to other content.
    publish("again", ago(100), State.AVAILABLE, URL);
    publish("again", ago(80), State.AVAILABLE, URL + "/elsewhere");

    assertThat(first()).isEmpty();

    assertThat(store.writes().stream().filter(o -> o.startsWith("delete ")))
        .filteredOn(o -> o.contains("/sources/"))
        .hasSize(2)
        .noneMatch(o -> o.contains("young"));
  }

  @Test
  void manyWhoClaimTheSameAreNotAllLookedAt() {
    for (int i = 0; i < 400; i++) {
      publish("pending-" + i, ago(9), State.RECEIVED, URL);
    }
    store.reset();

    assertThat(first()).isEmpty();

    assertThat(store.operations).hasSizeLessThanOrEqualTo(SourceIndex.MOST + 2);
  }

  @Test
  void releasesOfAFormerVersionAreFoundOnceTheyWereLookedFor() {
    store.delete(SwiftKeys.SOURCES_KNOWN);
    ReleaseRecord former = record("former", ago(9), State.AVAILABLE, URL);
    store.create(SwiftKeys.release(REPOSITORY, former.identity()), Json.write(former));
    store.create(
        SwiftKeys.releases(REPOSITORY, "mona.broken") + "1.0.0.json", new byte[] {'{', '{'});
    assertThatThrownBy(this::first).isInstanceOf(Failure.Transient.class);

    index.complete();

    assertThat(first()).contains("former");
    assertThat(index.first(REPOSITORY, URL + "x")).isEmpty();
    store.reset();
    index.complete();
    index().complete();
    assertThat(store.counts()).doesNotContainKey("list");
  }
}
