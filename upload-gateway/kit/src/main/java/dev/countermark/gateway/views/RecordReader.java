package dev.countermark.gateway.views;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.RepositoryName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Reads what is seen of a format's records, many at a time, and those of a package again that are
 * new or newer than what is known.
 *
 * @param <I> names a record within its repository
 * @param <V> what is seen of it
 */
public final class RecordReader<I, V> {
  private static final int PAGE = 1_000;

  /** Clocks of gateway and store may differ, and listings be late. */
  private static final Duration MARGIN = Duration.ofMinutes(5);

  private final BlobStore store;
  private final Readers reads;
  private final Function<String, Optional<I>> identity;
  private final Function<String, Optional<V>> view;

  /**
   * @param reads for independent reads
   * @param identity by the key of a record; empty for a key that is none
   * @param view reads it; empty where nobody sees it
   */
  public RecordReader(
      BlobStore store,
      Readers reads,
      Function<String, Optional<I>> identity,
      Function<String, Optional<V>> view) {
    this.store = store;
    this.reads = reads;
    this.identity = identity;
    this.view = view;
  }

  /** Lists keys below a prefix, page by page. */
  public void list(String prefix, Consumer<List<BlobStore.Entry>> action) {
    String after = "";
    BlobStore.Page page;
    do {
      page = store.list(prefix, after, PAGE);
      if (!page.entries().isEmpty()) {
        after = page.entries().get(page.entries().size() - 1).key();
      }
      action.accept(page.entries());
    } while (page.more());
  }

  /** For what one request reads besides. */
  public SideBySide sideBySide(RepositoryName repository) {
    return new SideBySide(reads.of(repository));
  }

  /** All that is seen of the records below a prefix, which is one of a repository. */
  public List<V> below(RepositoryName repository, String prefix, Instant seenAt, Map<I, V> known) {
    Reading reading = reading(sideBySide(repository), seenAt, known);
    try {
      list(prefix, page -> page.forEach(reading::add));
      return reading.visible();
    } finally {
      reading.stop();
    }
  }

  /**
   * @param reads of the request that asks
   * @param seenAt when what is known was read
   * @param known of the records that will be added
   */
  public Reading reading(SideBySide reads, Instant seenAt, Map<I, V> known) {
    return new Reading(reads, seenAt, known);
  }

  /** Records while they are read. */
  public final class Reading {
    private final Instant unchangedBefore;
    private final Map<I, V> known;
    private final SideBySide reads;
    private final List<CompletableFuture<Optional<V>>> found = new ArrayList<>();

    private Reading(SideBySide reads, Instant seenAt, Map<I, V> known) {
      this.reads = reads;
      this.unchangedBefore = seenAt.equals(Instant.MIN) ? Instant.MIN : seenAt.minus(MARGIN);
      this.known = known;
    }

    /** Begins to read one, if it is a record and not known as it is. */
    public void add(BlobStore.Entry entry) {
      Optional<I> named = identity.apply(entry.key());
      V same = named.map(known::get).orElse(null);
      if (same != null && entry.lastModified().isBefore(unchangedBefore)) {
        found.add(CompletableFuture.completedFuture(Optional.of(same)));
      } else if (named.isPresent()) {
        found.add(reads.read(() -> view.apply(entry.key())));
      }
    }

    /** Waits for those that were added; when one fails, none is begun any more. */
    public void await() {
      try {
        found.forEach(SideBySide::joined);
      } catch (RuntimeException e) {
        reads.stop();
        throw e;
      }
    }

    /** Begins none any more. */
    private void stop() {
      reads.stop();
    }

    /** What is seen of those that were added, in their order. */
    public List<V> visible() {
      await();
      List<V> visible = new ArrayList<>(found.size());
      found.forEach(f -> f.join().ifPresent(visible::add));
      return visible;
    }
  }
}
