package dev.countermark.gateway.scrub;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.BlobStore.Entry;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.State;
import dev.countermark.gateway.integrity.Integrity;
import dev.countermark.gateway.integrity.Sum;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormats;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares what records name, and what they hold, with the hashes that it must have. Goes over the
 * records in the order of their keys, slice by slice, so that it can go on after any of them. What
 * is damaged is put right where there is a good copy; else it is marked, and no gateway hands it
 * out. What is right again loses its mark.
 */
final class ContentScrubber {
  private static final int PAGE = 200;

  /** What an object costs the store beside its bytes, in bytes. */
  static final long EACH = 256 << 10;

  /** What many names share is read once, as long as this many others do not come in between. */
  private static final int MOST_REMEMBERED = 20_000;

  private final BlobStore store;
  private final Records records;
  private final GatewayFormats formats;
  private final Integrity integrity;
  private final Finds finds;
  private final Pace pace;

  ContentScrubber(
      BlobStore store, GatewayFormats formats, Integrity integrity, Finds finds, Pace pace) {
    this.store = store;
    this.records = new Records(store);
    this.formats = formats;
    this.integrity = integrity;
    this.finds = finds;
    this.pace = pace;
  }

  /**
   * What was done.
   *
   * @param position key of the last object that was looked at
   * @param bytes that were read
   * @param finds objects that were damaged
   * @param isLast whether there is nothing after it
   */
  record Slice(String position, long bytes, long finds, boolean isLast) {}

  /**
   * Goes on after a position.
   *
   * @param most bytes after which it stops, each object counted as {@link #EACH} at least; one is
   *     looked at in any case
   * @throws dev.countermark.contracts.Failure.Transient when the store fails: the slice is to be
   *     done again
   */
  Slice slice(String after, long most) {
    Run run = new Run(after, most);
    for (GatewayFormat<?, ?> format : formats.all()) {
      if (!run.over(format)) {
        return run.slice(false);
      }
    }
    return run.slice(true);
  }

  /** Looks at one object out of turn. */
  void lookAt(String key) {
    for (GatewayFormat<?, ?> format : formats.all()) {
      if (key.startsWith(format.format().root())) {
        store
            .head(key)
            .map(info -> new Entry(key, info.size(), Instant.EPOCH))
            .ifPresent(entry -> new Run(key, 1).visit(format, entry));
      }
    }
  }

  private final class Run {
    private final long most;
    private final Set<String> compared = new TreeSet<>();
    private String position;
    private long bytes;
    private long cost;
    private long damaged;

    Run(String position, long most) {
      this.position = position;
      this.most = most;
    }

    Slice slice(boolean isLast) {
      return new Slice(position, bytes, damaged, isLast);
    }

    /** Whether all of a format was looked at. */
    private boolean over(GatewayFormat<?, ?> format) {
      String root = format.format().root();
      if (position.compareTo(root) > 0 && !position.startsWith(root)) {
        return true; // before
      }
      BlobStore.Page page;
      do {
        page = store.list(root, position.startsWith(root) ? position : "", PAGE);
        for (Entry entry : page.entries()) {
          if (cost >= most) {
            return false;
          }
          visit(format, entry);
          position = entry.key();
        }
      } while (page.more());
      return true;
    }

    private <R extends PackageRecord<R>> void visit(GatewayFormat<R, ?> format, Entry entry) {
      String key = entry.key();
      Optional<Sum> itself = format.marks().itself(key);
      if (format.format().isRecord(key)) {
        read(entry.size());
        judge(format, key, () -> ofRecord(format, key));
      } else if (itself.isPresent()) {
        judge(format, key, () -> compare(key, itself.get(), entry.size()));
      } else {
        judge(format, key, () -> parts(format.marks().parts(key, records).toList()));
      }
    }

    private <R extends PackageRecord<R>> List<String> ofRecord(
        GatewayFormat<R, ?> format, String key) {
      Optional<R> record =
          records.read(key, format.format().recordType()).filter(r -> r.state() != State.DELETED);
      if (record.isEmpty()) {
        return List.of();
      }
      return format.isRight(record.get()) ? parts(record.get().parts().toList()) : List.of(key);
    }

    private List<String> parts(List<Part> parts) {
      List<String> wrong = new ArrayList<>();
      for (Part part : parts) {
        String key = ObjectKeys.content(part.sha256(), part.upload());
        wrong.addAll(compare(key, Sum.of(part), part.size()));
      }
      return wrong;
    }

    private List<String> compare(String key, Sum sum, long size) {
      if (compared.contains(key)) {
        return List.of();
      }
      read(size);
      boolean right =
          integrity.compare(key, sum, size) == Integrity.State.RIGHT || finds.repaired(key, sum);
      if (right) {
        if (compared.size() == MOST_REMEMBERED) {
          compared.clear();
        }
        compared.add(key);
        finds.right(key);
      }
      return right ? List.of() : List.of(key);
    }

    private void read(long size) {
      long counted = Math.max(size, EACH);
      pace.take(counted);
      bytes += size;
      cost += counted;
    }

    /** A second look at what is damaged: it may have been deleted while it was looked at. */
    private void judge(GatewayFormat<?, ?> format, String key, Look look) {
      List<String> wrong = looked(look, key);
      if (!wrong.isEmpty()) {
        wrong = store.head(key).isPresent() ? looked(look, key) : List.of();
      }
      if (wrong.isEmpty()) {
        finds.right(key);
      } else {
        damaged += wrong.size();
        finds.damaged(format, key, wrong);
      }
    }

    private List<String> looked(Look look, String key) {
      try {
        return look.wrong();
      } catch (Json.MalformedJsonException e) {
        return List.of(key);
      }
    }
  }

  /** What is damaged of an object. */
  private interface Look {
    List<String> wrong();
  }
}
