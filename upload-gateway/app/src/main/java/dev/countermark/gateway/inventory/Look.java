package dev.countermark.gateway.inventory;

import dev.countermark.blobs.BlobStore;
import dev.countermark.gateway.views.SideBySide;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One look at all that lies in a repository: lists it, and reads what is new or is not as it was,
 * many at a time.
 */
final class Look {
  static final int PAGE = 1_000;

  private final BlobStore store;
  private final RowReader<?> reader;
  private final SideBySide reads;
  private final Holdings before;
  private final Map<String, Optional<Row>> changes = new LinkedHashMap<>();

  /** The first row before which nothing is known to be there or gone. */
  private int next;

  private long weight;
  private String after = "";
  private boolean more = true;

  /**
   * @param before what was seen the last time
   */
  Look(BlobStore store, RowReader<?> reader, SideBySide reads, Holdings before) {
    this.store = store;
    this.reader = reader;
    this.reads = reads;
    this.before = before;
  }

  /** What is otherwise than before, so far; by key. */
  Map<String, Optional<Row>> changes() {
    return changes;
  }

  /** Bytes of what is otherwise than before. */
  long weight() {
    return weight;
  }

  /** Whether there is more to look at. */
  boolean hasMore() {
    return more;
  }

  /** Looks at one more page of keys. */
  void goOn() {
    BlobStore.Page page = store.list(reader.prefix(), after, PAGE);
    more = page.more();
    List<Pending> pending = new ArrayList<>();
    for (BlobStore.Entry entry : page.entries()) {
      after = entry.key();
      if (reader.isWanted(entry.key())) {
        look(entry, pending);
      }
    }
    if (more && !reader.isWanted(after)) {
      after = reader.behind(after);
    }
    if (!more) {
      goneBefore(before.size());
    }
    try {
      pending.forEach(p -> found(p.key(), SideBySide.joined(p.row())));
    } finally {
      reads.stop();
    }
  }

  private void found(String key, Optional<Row> row) {
    changes.put(key, row);
    weight += row.map(Row::weight).orElse(0);
  }

  private record Pending(String key, CompletableFuture<Optional<Row>> row) {}

  private void look(BlobStore.Entry entry, List<Pending> pending) {
    String key = entry.key().substring(reader.prefix().length());
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    int at = next;
    while (at < before.size() && before.row(at).compareKey(bytes) < 0) {
      at++;
    }
    goneBefore(at);
    long modified = entry.lastModified().toEpochMilli();
    if (at < before.size() && before.row(at).compareKey(bytes) == 0) {
      next = at + 1;
      if (before.row(at).isOf(modified, entry.size())) {
        return;
      }
    }
    pending.add(
        new Pending(key, reads.read(() -> reader.read(entry.key(), modified, entry.size()))));
  }

  private void goneBefore(int row) {
    for (; next < row; next++) {
      changes.put(before.row(next).key(), Optional.empty());
    }
  }
}
