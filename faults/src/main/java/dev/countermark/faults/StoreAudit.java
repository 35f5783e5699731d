package dev.countermark.faults;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.BlobStore.Entry;
import dev.countermark.blobs.BlobStore.Page;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.faults.Violations.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Looks at every record of the packages bucket and at every object that one names. */
final class StoreAudit {
  private static final int PAGE = 1_000;

  private final BlobStore store;
  private final Violations violations;
  private final Set<Part> intact = new HashSet<>();
  private final Set<String> settled = new HashSet<>();

  StoreAudit(BlobStore store, Violations violations) {
    this.store = store;
    this.violations = violations;
  }

  /**
   * A record, as far as all formats have the same.
   *
   * @param digest of what was pushed
   * @param parts all content that it names
   */
  record Kept(
      String key,
      RepositoryName repository,
      String name,
      String digest,
      String purl,
      State state,
      boolean signed,
      List<Part> parts) {
    Kept {
      parts = List.copyOf(parts);
    }

    /** What an upload is found by. */
    String id() {
      return repository + " " + digest;
    }
  }

  /** Every record that there is. */
  List<Kept> records() {
    List<Kept> records = new ArrayList<>();
    for (Format<?, ?> format : Formats.all()) {
      read(format, records);
    }
    return records;
  }

  /** Keys of records that wait for their signature; what did not wait once is not read again. */
  List<String> waiting() {
    List<String> waiting = new ArrayList<>();
    for (Format<?, ?> format : Formats.all()) {
      forEach(
          store,
          format.root(),
          entry -> {
            if (format.isRecord(entry.key()) && !settled.contains(entry.key())) {
              if (isWaiting(format, entry.key())) {
                waiting.add(entry.key());
              } else {
                settled.add(entry.key());
              }
            }
          });
    }
    return waiting;
  }

  private boolean isWaiting(Format<?, ?> format, String key) {
    return store
        .get(key)
        .map(object -> Json.read(object.content(), format.recordType()))
        .filter(record -> record.state() == State.RECEIVED)
        .isPresent();
  }

  private <R extends PackageRecord<R>> void read(Format<R, ?> format, List<Kept> records) {
    forEach(
        store,
        format.root(),
        entry -> {
          if (format.isRecord(entry.key())) {
            store
                .get(entry.key())
                .map(object -> Json.read(object.content(), format.recordType()))
                .ifPresent(record -> records.add(kept(format, entry.key(), record)));
          }
        });
  }

  private static <R extends PackageRecord<R>> Kept kept(Format<R, ?> format, String key, R record) {
    return new Kept(
        key,
        record.repository(),
        record.packageName(),
        record.digest(),
        format.purl(record),
        record.state(),
        record.inForce().isPresent(),
        record.parts().toList());
  }

  /** Every object below a prefix. */
  static void forEach(BlobStore store, String prefix, Consumer<Entry> each) {
    String after = "";
    while (true) {
      Page page = store.list(prefix, after, PAGE);
      page.entries().forEach(each);
      if (!page.more()) {
        return;
      }
      after = page.entries().get(page.entries().size() - 1).key();
    }
  }

  /**
   * Judges records that should have settled.
   *
   * @param uploads by {@link Kept#id}
   * @param signedBy what was signed, by what signing made of it
   * @return by {@link Kept#id}
   */
  Map<String, Kept> judge(
      List<Kept> records, Map<String, Integer> uploads, Map<String, String> signedBy) {
    Map<String, Kept> found = new HashMap<>();
    for (Kept record : records) {
      found.put(record.id(), record);
      boolean pushed = uploads.containsKey(record.id());
      if (!pushed && !signedBy.containsKey(record.id())) {
        violations.add(Kind.ORPHAN, record.key() + " is of no upload");
      }
      switch (record.state()) {
        case RECEIVED -> violations.add(Kind.UNSETTLED, record.key() + " is not signed");
        case EXEMPT -> {
          if (pushed) {
            violations.add(Kind.UNSETTLED, record.key() + " is said to need no signature");
          }
        }
        case AVAILABLE -> {
          if (!record.signed()) {
            violations.add(Kind.UNSETTLED, record.key() + " is available without a signature");
          }
          record.parts().forEach(part -> check(record, part));
        }
        case REFUSED, DELETED -> {
          // told to whoever asks; no content is promised
        }
      }
    }
    return found;
  }

  private void check(Kept record, Part part) {
    if (!intact.add(part)) {
      return;
    }
    String key = ObjectKeys.content(part.sha256(), part.upload());
    Optional<InputStream> content = store.open(key, 0, part.size());
    if (content.isEmpty()) {
      violations.add(Kind.LOST, key + ", which " + record.key() + " names");
    } else if (!sha256(content.get()).equals(part.sha256())) {
      violations.add(Kind.CHANGED, key + ", which " + record.key() + " names");
    }
  }

  private static String sha256(InputStream content) {
    try (content) {
      DigestInputStream hashed =
          new DigestInputStream(content, MessageDigest.getInstance("SHA-256"));
      hashed.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(hashed.getMessageDigest().digest());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
