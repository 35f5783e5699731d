package dev.countermark.gateway.inventory;

import dev.countermark.blobs.BlobStore;
import dev.countermark.gateway.inventory.Inventories.Condition;
import dev.countermark.gateway.inventory.Inventories.Item;
import dev.countermark.gateway.inventory.Inventories.Part;
import dev.countermark.gateway.views.Readers;
import dev.countermark.gateway.views.SideBySide;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What a request reads itself: some objects of a repository, many at a time. */
final class Stretches {
  /** Records that one request reads at most. */
  static final int LONGEST = 400;

  /** Keys that one request passes over at most. */
  private static final int PASSED = 5 * Look.PAGE;

  private final BlobStore store;
  private final Readers readers;

  Stretches(BlobStore store, Readers readers) {
    this.store = store;
    this.readers = readers;
  }

  /**
   * Reads objects.
   *
   * @param keys below the format's prefix
   * @return by key; empty for those that are gone
   */
  Map<String, Optional<Row>> rows(RowReader<?> reader, List<String> keys) {
    SideBySide reads = new SideBySide(readers.of(reader.repository()));
    Map<String, CompletableFuture<Optional<Row>>> pending = new LinkedHashMap<>();
    keys.forEach(
        key -> pending.put(key, reads.read(() -> reader.read(reader.prefix() + key, 0, 0))));
    Map<String, Optional<Row>> rows = new LinkedHashMap<>();
    try {
      pending.forEach((key, row) -> rows.put(key, SideBySide.joined(row)));
    } finally {
      reads.stop();
    }
    return rows;
  }

  /** The packages of a page by their records: the snapshot that they are from may be old. */
  List<Row> asTheyAre(RowReader<?> reader, List<Row> page) {
    return rows(reader, page.stream().map(Row::key).toList()).values().stream()
        .flatMap(Optional::stream)
        .filter(Row::isPackage)
        .toList();
  }

  /**
   * Reads packages in the order of their keys, of which there may be any number.
   *
   * @param after where the part before ended; empty for the first one
   * @param most packages in the part
   */
  Part read(RowReader<?> reader, String after, int most, Condition condition) {
    List<Item> items = new ArrayList<>();
    String at = after.isEmpty() ? "" : reader.prefix() + after;
    int passed = 0;
    int looked = 0;
    while (passed < PASSED && looked < LONGEST) {
      BlobStore.Page page = store.list(reader.prefix(), at, LONGEST - looked);
      List<String> keys =
          page.entries().stream()
              .map(BlobStore.Entry::key)
              .filter(reader::isPackage)
              .map(key -> key.substring(reader.prefix().length()))
              .toList();
      looked += keys.size();
      passed += page.entries().size();
      for (Map.Entry<String, Optional<Row>> read : rows(reader, keys).entrySet()) {
        read.getValue()
            .filter(Row::isPackage)
            .filter(row -> condition.test(row, List.of()))
            .ifPresent(row -> items.add(new Item(row, List.of())));
        if (items.size() == most) {
          return new Part(items, Optional.of(read.getKey()), false);
        }
      }
      if (!page.more()) {
        return new Part(items, Optional.empty(), false);
      }
      at = page.entries().get(page.entries().size() - 1).key();
      at = reader.isWanted(at) ? at : reader.behind(at);
    }
    return new Part(items, Optional.of(at.substring(reader.prefix().length())), false);
  }
}
