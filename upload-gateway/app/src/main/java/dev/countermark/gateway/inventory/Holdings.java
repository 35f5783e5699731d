package dev.countermark.gateway.inventory;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** What lies in a repository of one format, in the order of keys; immutable. */
final class Holdings {
  static final Holdings NONE = new Holdings(new Row[0]);

  /** Of a tag, beside its row. */
  private static final int TAGGED = 160;

  private final Row[] rows;
  private final Map<String, List<String>> tags;
  private final long weight;
  private final Usage usage;

  private Holdings(Row[] rows) {
    this.rows = rows;
    this.tags = new HashMap<>();
    long bytes = 100;
    Usage used = Usage.NONE;
    for (Row row : rows) {
      used = used.plus(row);
      bytes += row.weight();
      if (row.isTag()) {
        tags.computeIfAbsent(row.packageKey(), key -> new ArrayList<>(1)).add(row.name());
        bytes += TAGGED;
      }
    }
    this.weight = bytes;
    this.usage = used;
  }

  /**
   * @param rows in the order of their keys, each of another object
   * @throws IllegalArgumentException when they are not
   */
  static Holdings of(Collection<Row> rows) {
    Row[] all = rows.toArray(Row[]::new);
    for (int i = 1; i < all.length; i++) {
      if (all[i].compareKey(all[i - 1]) <= 0) {
        throw new IllegalArgumentException("rows are not in the order of their keys");
      }
    }
    return new Holdings(all);
  }

  int size() {
    return rows.length;
  }

  Row row(int number) {
    return rows[number];
  }

  List<Row> rows(int from, int to) {
    return Arrays.asList(rows).subList(from, to);
  }

  Usage usage() {
    return usage;
  }

  long weight() {
    return weight;
  }

  /** The tags of a package; in order. */
  List<String> tags(String packageKey) {
    return tags.getOrDefault(packageKey, List.of());
  }

  Optional<Row> find(String key) {
    int at = indexOf(key);
    return at < 0 ? Optional.empty() : Optional.of(rows[at]);
  }

  /** As {@link Arrays#binarySearch} tells it. */
  private int indexOf(String key) {
    byte[] wanted = key.getBytes(StandardCharsets.UTF_8);
    int low = 0;
    int high = rows.length - 1;
    while (low <= high) {
      int middle = low + high >>> 1;
      int order = rows[middle].compareKey(wanted);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -low - 1;
  }

  /**
   * With some objects as they are now.
   *
   * @param now by key; empty for those that are gone
   */
  Holdings with(Map<String, Optional<Row>> now) {
    if (now.isEmpty()) {
      return this;
    }
    List<String> keys = new ArrayList<>(now.keySet());
    keys.sort(Holdings::inOrder);
    List<Row> all = new ArrayList<>(rows.length + now.size());
    int from = 0;
    for (String key : keys) {
      int at = indexOf(key);
      int to = at < 0 ? -at - 1 : at;
      all.addAll(rows(from, to));
      now.get(key).ifPresent(all::add);
      from = at < 0 ? to : to + 1;
    }
    all.addAll(rows(from, rows.length));
    return new Holdings(all.toArray(Row[]::new));
  }

  /** That of the store. */
  private static int inOrder(String a, String b) {
    return Arrays.compareUnsigned(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The first packages after a key that meet a condition.
   *
   * @param after empty for all
   */
  List<Row> first(String after, int most, Predicate<Row> condition) {
    List<Row> found = new ArrayList<>();
    int at = indexOf(after);
    for (int i = at < 0 ? -at - 1 : at + 1; i < rows.length && found.size() < most; i++) {
      if (rows[i].isPackage() && condition.test(rows[i])) {
        found.add(rows[i]);
      }
    }
    return found;
  }
}
