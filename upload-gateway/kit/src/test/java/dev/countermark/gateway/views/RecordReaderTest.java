package dev.countermark.gateway.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.RepositoryName;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecordReaderTest {
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final Instant WRITTEN = Instant.parse("2026-01-01T00:00:00Z");

  private final BlobStore store = new InMemoryBlobStore(Clock.fixed(WRITTEN, ZoneOffset.UTC));
  private final List<String> read = new ArrayList<>();
  private final RecordReader<String, String> reader =
      new RecordReader<>(
          store,
          repository -> Runnable::run,
          key -> key.endsWith(".json") ? Optional.of(key) : Optional.empty(),
          this::view);

  private Optional<String> view(String key) {
    read.add(key);
    return store.get(key).map(o -> "seen of " + key).filter(v -> !key.contains("hidden"));
  }

  private void stored(String... keys) {
    for (String key : keys) {
      store.create(key, key.getBytes(StandardCharsets.UTF_8));
    }
  }

  private List<String> seen(Instant seenAt, Map<String, String> known) {
    return reader.below(REPOSITORY, "p/", seenAt, known);
  }

  @Test
  void readsTheRecordsBelowAPrefixThatSomebodySees() {
    stored("p/a.json", "p/hidden.json", "p/lock", "q/b.json");

    assertThat(seen(Instant.MIN, Map.of())).containsExactly("seen of p/a.json");
    assertThat(read).containsExactly("p/a.json", "p/hidden.json");
  }

  @Test
  void doesNotReadWhatIsKnownAndWasWrittenLongBefore() {
    stored("p/a.json", "p/b.json");

    assertThat(seen(WRITTEN.plus(Duration.ofHours(1)), Map.of("p/a.json", "known")))
        .containsExactly("known", "seen of p/b.json");
    assertThat(read).containsExactly("p/b.json");
  }

  /** Its clock may differ from the store's. */
  @Test
  void readsAgainWhatWasWrittenAboutWhenItWasSeen() {
    stored("p/a.json");

    assertThat(seen(WRITTEN.plus(Duration.ofMinutes(4)), Map.of("p/a.json", "known")))
        .containsExactly("seen of p/a.json");
  }

  @Test
  void whatIsGoneIsNoLongerSeen() {
    stored("p/b.json");

    assertThat(seen(WRITTEN.plus(Duration.ofHours(1)), Map.of("p/a.json", "known")))
        .containsExactly("seen of p/b.json");
  }

  @Test
  void listsMoreThanOnePage() {
    for (int i = 0; i < 2_500; i++) {
      stored("p/" + i + ".json");
    }
    assertThat(seen(Instant.MIN, Map.of())).hasSize(2_500).doesNotHaveDuplicates();
  }

  @Test
  void throwsWhatAReadThrew() {
    stored("p/a.json");
    RecordReader<String, String> failing =
        new RecordReader<>(
            store,
            repository -> Runnable::run,
            Optional::of,
            key -> {
              throw new IllegalArgumentException("no record: " + key);
            });
    assertThatThrownBy(() -> failing.below(REPOSITORY, "p/", Instant.MIN, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no record: p/a.json");
  }
}
