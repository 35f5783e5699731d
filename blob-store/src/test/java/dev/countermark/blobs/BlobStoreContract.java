package dev.countermark.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.BlobStore.Entry;
import dev.countermark.blobs.BlobStore.Version;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every store must do; each adapter runs it against each server it is meant for. */
public abstract class BlobStoreContract {
  private static final int WRITERS = 16;
  private static final int ROUNDS = 100;

  /** The store under test; shared by the tests, which keep to keys of their own. */
  protected abstract BlobStore store();

  private final String prefix = "contract/" + UUID.randomUUID() + "/";

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private String text(String key) {
    return new String(store().get(key).orElseThrow().content(), StandardCharsets.UTF_8);
  }

  @Test
  void hasNothingUnderAnUnknownKey() {
    String key = prefix + "unknown";
    assertThat(store().get(key)).isEmpty();
    assertThat(store().head(key)).isEmpty();
    assertThat(store().open(key, 0, 1)).isEmpty();
    assertThat(store().replace(key, bytes("x"), new Version("0123"))).isEmpty();
    assertThat(store().delete(key, new Version("0123"))).isFalse();
    store().delete(key);
    assertThat(store().get(key)).isEmpty();
  }

  /** A store that answers with an error seems to be away. */
  @Test
  void hasNothingUnderAKeyThatCannotBe() {
    String folder = prefix + "impossible/";
    store().create(folder + "~", bytes("last"));
    for (String name :
        List.of(
            "\0",
            "a\0b",
            "\n",
            "\u001f",
            "\u007f",
            "\u0085",
            "\ud800",
            "\uffff",
            "x".repeat(1_100))) {
      String key = folder + name;
      assertThat(store().get(key)).isEmpty();
      assertThat(store().getUnlikely(key)).isEmpty();
      assertThat(store().head(key)).isEmpty();
      assertThat(store().open(key, 0, 1)).isEmpty();
      assertThat(store().open(key, 0, 0)).isEmpty();
      assertThat(store().replace(key, bytes("x"), new Version("0123"))).isEmpty();
      assertThat(store().delete(key, new Version("0123"))).isFalse();
      store().delete(key);
      assertThat(store().list(key, "", 10).entries()).isEmpty();
      List<Entry> after = store().list(folder, key, 10).entries();
      if (name.compareTo("~") < 0) {
        assertThat(after).extracting(Entry::key).containsExactly(folder + "~");
      }
    }
  }

  @Test
  void createsOnce() {
    String key = prefix + "once";
    Optional<Version> first = store().create(key, bytes("first"));
    assertThat(first).isPresent();
    assertThat(store().create(key, bytes("second"))).isEmpty();
    assertThat(text(key)).isEqualTo("first");
    assertThat(store().head(key).orElseThrow().version()).isEqualTo(first.get());
    assertThat(store().get(key).orElseThrow().version()).isEqualTo(first.get());
  }

  @Test
  void replacesOnlyTheExpectedVersion() {
    String key = prefix + "replace";
    Version one = store().create(key, bytes("one")).orElseThrow();
    Version two = store().replace(key, bytes("two"), one).orElseThrow();
    assertThat(two).isNotEqualTo(one);
    assertThat(store().replace(key, bytes("three"), one)).isEmpty();
    assertThat(text(key)).isEqualTo("two");
  }

  @Test
  void deletesOnlyTheExpectedVersion() {
    String key = prefix + "delete";
    Version one = store().create(key, bytes("one")).orElseThrow();
    Version two = store().replace(key, bytes("two"), one).orElseThrow();
    assertThat(store().delete(key, one)).isFalse();
    assertThat(text(key)).isEqualTo("two");
    assertThat(store().delete(key, two)).isTrue();
    assertThat(store().get(key)).isEmpty();
    assertThat(store().create(key, bytes("again"))).isPresent();
  }

  @Test
  void oneOfManyCreatorsWins() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      String key = prefix + "race/create/" + round;
      exactlyOneWins(key, content -> store().create(key, content));
    }
  }

  @Test
  void oneOfManyReplacersWins() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      String key = prefix + "race/replace/" + round;
      Version start = store().create(key, bytes("start")).orElseThrow();
      exactlyOneWins(key, content -> store().replace(key, content, start));
    }
  }

  private interface Write {
    Optional<Version> apply(byte[] content);
  }

  private void exactlyOneWins(String key, Write write) throws Exception {
    CyclicBarrier together = new CyclicBarrier(WRITERS);
    List<Callable<Optional<String>>> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      String content = "writer " + i;
      writers.add(
          () -> {
            together.await();
            return write.apply(bytes(content)).map(v -> content);
          });
    }
    List<String> winners = inParallel(writers).stream().flatMap(Optional::stream).toList();
    assertThat(winners).as(key).hasSize(1);
    assertThat(text(key)).as(key).isEqualTo(winners.get(0));
  }

  private static <T> List<T> inParallel(List<Callable<T>> tasks)
      throws InterruptedException, ExecutionException {
    ExecutorService pool = Executors.newFixedThreadPool(tasks.size());
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> future : pool.invokeAll(tasks)) {
        results.add(future.get());
      }
      return results;
    } finally {
      pool.shutdownNow();
    }
  }

  record Counter(long generation, List<String> names) {}

  @Test
  void noIncrementOfARecordIsLost() throws Exception {
    String key = prefix + "counter";
    Records records = new Records(store());
    List<Callable<Void>> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      String name = "writer-" + i;
      writers.add(
          () -> {
            records.update(
                key,
                Counter.class,
                old -> {
                  List<String> names = new ArrayList<>(old.map(Counter::names).orElse(List.of()));
                  names.add(name);
                  return Optional.of(
                      new Counter(old.map(Counter::generation).orElse(0L) + 1, names));
                });
            return null;
          });
    }
    inParallel(writers);
    Counter end = records.read(key, Counter.class).orElseThrow();
    assertThat(end.generation()).isEqualTo(WRITERS);
    assertThat(end.names()).doesNotHaveDuplicates().hasSize(WRITERS);
  }

  @Test
  void anEqualRecordIsNotWrittenAgain() {
    String key = prefix + "same";
    Records records = new Records(store());
    Counter record = new Counter(1, List.of("a"));
    assertThat(records.create(key, record)).isTrue();
    Version before = store().head(key).orElseThrow().version();
    records.update(key, Counter.class, old -> old);
    assertThat(store().head(key).orElseThrow().version()).isEqualTo(before);
  }

  @Test
  void aRecordCanBeDeletedByAnUpdate() {
    String key = prefix + "gone";
    Records records = new Records(store());
    records.create(key, new Counter(1, List.of()));
    assertThat(records.update(key, Counter.class, old -> Optional.empty())).isEmpty();
    assertThat(store().get(key)).isEmpty();
  }

  @Test
  void streamsRanges() throws IOException {
    String key = prefix + "range";
    store().put(key, bytes("0123456789 and more"), 10);
    assertThat(read(key, 0, 10)).isEqualTo("0123456789");
    assertThat(read(key, 3, 4)).isEqualTo("3456");
    assertThat(read(key, 9, 1)).isEqualTo("9");
    // Where an object ends before it should, its reader sees the end: that is no "try again".
    assertThat(read(key, 8, 4)).isEqualTo("89");
    assertThat(read(key, 10, 1)).isEmpty();
    assertThat(read(key, 30, 5)).isEmpty();
    assertThat(store().head(key).orElseThrow().size()).isEqualTo(10);
  }

  private String read(String key, long offset, long length) throws IOException {
    try (InputStream in = store().open(key, offset, length).orElseThrow()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void writesTheSameContentTwice() throws Exception {
    String key = prefix + "put";
    byte[] content = new byte[300_000];
    new Random(1).nextBytes(content);
    List<Callable<Void>> writers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      writers.add(
          () -> {
            store().put(key, content, content.length);
            return null;
          });
    }
    inParallel(writers);
    assertThat(Bytes.of(store().get(key).orElseThrow().content())).isEqualTo(Bytes.of(content));
  }

  @Test
  void doesNotStoreOtherBytesThanAnnounced() {
    String key = prefix + "other";
    String sha256 = Payload.sha256(bytes("what was meant"), 14);
    assertThatThrownBy(() -> store().put(key, bytes("what was sent!"), 14, sha256))
        .isInstanceOf(Failure.Transient.class);
    assertThat(store().head(key)).isEmpty();
  }

  @Test
  void holdsNothingAsWellAsMegabytes() throws IOException {
    store().put(prefix + "empty", new byte[0], 0);
    assertThat(store().get(prefix + "empty").orElseThrow().content()).isEmpty();
    byte[] large = new byte[10 * 1024 * 1024];
    new Random(2).nextBytes(large);
    store().put(prefix + "large", large, large.length);
    try (InputStream in = store().open(prefix + "large", 1, large.length - 1).orElseThrow()) {
      byte[] read = in.readAllBytes();
      assertThat(read.length).isEqualTo(large.length - 1);
      assertThat(read[read.length - 1]).isEqualTo(large[large.length - 1]);
    }
  }

  @Test
  void listsInOrderPageByPage() {
    List<String> keys = new ArrayList<>();
    for (String name : List.of("a", "a-b", "a.b", "a/b", "a_b", "b", "B", "b+c", "z=1")) {
      // "a" and "a/b" cannot both exist where objects are files: nothing of ours needs that.
      if (!name.equals("a")) {
        keys.add(prefix + "list/" + name);
      }
    }
    keys.forEach(key -> store().create(key, bytes(key)));
    store().create(prefix + "listing/other", bytes("other"));
    List<String> sorted = keys.stream().sorted().toList();

    List<String> paged = new ArrayList<>();
    String after = "";
    boolean more = true;
    while (more) {
      BlobStore.Page page = store().list(prefix + "list/", after, 3);
      assertThat(page.entries().size()).isLessThanOrEqualTo(3);
      page.entries().stream().map(Entry::key).forEach(paged::add);
      more = page.more();
      after = paged.get(paged.size() - 1);
    }
    assertThat(paged).isEqualTo(sorted);
    assertThat(store().list(prefix + "list/", sorted.get(1), 1000).entries())
        .extracting(Entry::key)
        .isEqualTo(sorted.subList(2, sorted.size()));
    assertThat(store().list(prefix + "nothing/", "", 10).entries()).isEmpty();
  }
}
