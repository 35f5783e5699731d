package dev.countermark.gateway.sweep;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.BlobStore.Entry;
import dev.countermark.blobs.BlobStore.ObjectInfo;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.SymbolsRecord;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.BlobRecord;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.gateway.oci.UploadTimes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Deletes parts of blobs that no record names, what is left of uploads, and records of repositories
 * and of packages' symbols that were deleted while somebody still pushed. Marks, then sweeps, while
 * everything goes on.
 *
 * <p>A part is deleted when it is older than the grace at the beginning of the run and is named
 * neither by a record of a blob or package nor by the note of a mount. No part in use is ever
 * deleted, because a record that exists when marking ends, or comes later, came about in one of
 * three ways:
 *
 * <ul>
 *   <li>It was there all the while: marking saw it.
 *   <li>An upload made it during the run: its parts are no older than {@link UploadTimes#LONGEST},
 *       so too young to be deleted.
 *   <li>A mount made it during the run. A mount first notes which parts it is about to name, then
 *       makes sure that its source is still there, then writes its record. A note that was written
 *       before marking ended is read after the records. One that was written later belongs to a
 *       source that was there after marking ended, for which the same three ways hold.
 * </ul>
 *
 * <p>Notes live as long as the grace, and a run that marks for half of it gives up, so that no note
 * is gone before its reader comes. Clocks of gateways and store may differ by the hour that {@code
 * LONGEST} is shorter than the grace. A run that ends in the middle leaves nothing undone that the
 * next does not do; several at a time do no harm.
 *
 * <p>Memory is fixed: names of parts go into a {@link ReferenceFilter}, so that now and then a dead
 * part stays until the next run. With 16 MiB that is one of a thousand at 10 million parts, and one
 * of ten at 30 million. Reads one record per blob: count on an hour for a million.
 */
public final class ContentSweeper {
  private static final int PAGE = 1000;
  private static final int FILTER_BYTES = 16 * 1024 * 1024;
  private static final Pattern BLOB_RECORD = Pattern.compile("oci/.+/_blobs/[^/]+/[0-9a-f]+");
  private static final Pattern RECORD_OF = Pattern.compile("(?:oci|nuget|swift)/([^/]+/[^/]+)/.+");

  private final BlobStore store;
  private final Records records;
  private final Duration grace;
  private final Clock clock;

  /**
   * @param grace how old an object must be, by the store's clock; more than {@link
   *     UploadTimes#LONGEST} by at least an hour
   */
  public ContentSweeper(BlobStore store, Duration grace, Clock clock) {
    if (grace.compareTo(UploadTimes.LONGEST.plusHours(1)) < 0) {
      throw new IllegalArgumentException(
          "the grace must be at least " + UploadTimes.LONGEST.plusHours(1) + ", not " + grace);
    }
    this.store = store;
    this.records = new Records(store);
    this.grace = grace;
    this.clock = clock;
  }

  /**
   * What a run deleted.
   *
   * @param parts of blobs
   * @param bytes of these parts
   * @param sessions objects of uploads and mounts
   * @param orphans records of repositories and packages that are gone; their parts go in the next
   *     run
   */
  public record Swept(long parts, long bytes, long sessions, long orphans) {}

  /**
   * One run.
   *
   * @return empty when marking took too long for anything to be deleted
   * @throws dev.countermark.contracts.Failure.Transient when the store fails; nothing is deleted
   *     unless everything was read
   */
  public Optional<Swept> sweep() {
    Instant begin = clock.instant();
    Instant before = begin.minus(grace);
    ReferenceFilter named = new ReferenceFilter(FILTER_BYTES);
    each("oci/", entry -> mark(entry.key(), BLOB_RECORD, named));
    each(OciKeys.UPLOADS, entry -> mark(entry.key(), OciKeys.UPLOAD_MOUNT, named));
    each(NugetKeys.ALL, entry -> markNuget(entry.key(), named));
    each(SwiftKeys.ALL, entry -> markSwift(entry.key(), named));
    if (clock.instant().isAfter(begin.plus(grace.dividedBy(2)))) {
      return Optional.empty();
    }
    Tally tally = new Tally();
    each(
        ObjectKeys.CONTENT,
        entry -> {
          if (entry.lastModified().isBefore(before) && !named.mayHold(entry.key())) {
            store.delete(entry.key());
            tally.parts++;
            tally.bytes += entry.size();
          }
        });
    each(
        OciKeys.UPLOADS,
        entry -> {
          if (entry.lastModified().isBefore(before)) {
            store.delete(entry.key());
            tally.sessions++;
          }
        });
    each("oci/", new Orphans(before, tally));
    each(
        NugetKeys.ALL,
        new Orphans(before, tally).andThen(entry -> sweepSymbols(entry, before, tally)));
    each(SwiftKeys.ALL, new Orphans(before, tally));
    return Optional.of(new Swept(tally.parts, tally.bytes, tally.sessions, tally.orphans));
  }

  private static final class Tally {
    private long parts;
    private long bytes;
    private long sessions;
    private long orphans;
  }

  private void mark(String key, Pattern wanted, ReferenceFilter named) {
    if (wanted.matcher(key).matches()) {
      records
          .read(key, BlobRecord.class)
          .ifPresent(blob -> blob.parts().forEach(part -> mark(part, named)));
    }
  }

  /** Files of packages and the stored ends of signed ones. */
  private void markNuget(String key, ReferenceFilter named) {
    Matcher record = NugetKeys.RECORD.matcher(key);
    if (!record.matches()) {
      return;
    }
    if (record.group(2).equals("symbols")) {
      records
          .read(key, SymbolsRecord.class)
          .ifPresent(s -> s.upload().parts().forEach(part -> mark(part, named)));
      return;
    }
    records
        .read(key, VersionRecord.class)
        .ifPresent(
            v -> {
              v.upload().parts().forEach(part -> mark(part, named));
              v.signed().flatMap(s -> s.file().storedTail()).ifPresent(part -> mark(part, named));
            });
  }

  /** Archives as they were pushed, and stored pieces of signed ones. */
  private void markSwift(String key, ReferenceFilter named) {
    if (SwiftKeys.RELEASE.matcher(key).matches()) {
      records
          .read(key, ReleaseRecord.class)
          .ifPresent(
              r -> {
                r.upload().parts().forEach(part -> mark(part, named));
                r.signed().stream()
                    .flatMap(s -> s.archive().stream())
                    .flatMap(piece -> piece.stored().stream())
                    .forEach(part -> mark(part, named));
              });
    }
  }

  private static void mark(Part part, ReferenceFilter named) {
    named.add(ObjectKeys.content(part.sha256(), part.upload()));
  }

  /**
   * A push that overlaps the deletion of its repository leaves records that nobody can reach. They
   * go one by one, each after a look whether the repository was made again.
   */
  private final class Orphans implements Consumer<Entry> {
    private final Instant before;
    private final Tally tally;
    private String known = "";

    Orphans(Instant before, Tally tally) {
      this.before = before;
      this.tally = tally;
    }

    @Override
    public void accept(Entry entry) {
      Matcher key = RECORD_OF.matcher(entry.key());
      if (!entry.lastModified().isBefore(before) || !key.matches() || key.group(1).equals(known)) {
        return;
      }
      Optional<RepositoryName> repository = RepositoryName.parse(key.group(1));
      if (repository.isEmpty()) {
        return;
      }
      if (store.head(ObjectKeys.repository(repository.get())).isPresent()) {
        known = key.group(1); // keys of one repository follow each other
        return;
      }
      store.delete(entry.key());
      tally.orphans++;
    }
  }

  /** A push that dies while its package is deleted leaves symbols that belong to nothing. */
  private void sweepSymbols(Entry entry, Instant before, Tally tally) {
    Matcher key = NugetKeys.RECORD.matcher(entry.key());
    if (!entry.lastModified().isBefore(before)
        || !key.matches()
        || !key.group(2).equals("symbols")) {
      return;
    }
    // In this order: symbols that replace these later belong to a package that came later, too.
    Optional<ObjectInfo> symbols = store.head(entry.key());
    Optional<String> version =
        RepositoryName.parse(key.group(1))
            .flatMap(
                repository ->
                    Identity.find(key.group(3), key.group(4))
                        .map(identity -> NugetKeys.version(repository, identity)));
    if (symbols.isPresent()
        && version.isPresent()
        && records
            .read(version.get(), VersionRecord.class)
            .filter(v -> v.state() != State.DELETED)
            .isEmpty()
        && store.delete(entry.key(), symbols.get().version())) {
      tally.orphans++;
    }
  }

  private void each(String prefix, Consumer<Entry> action) {
    String after = "";
    BlobStore.Page page;
    do {
      page = store.list(prefix, after, PAGE);
      for (Entry entry : page.entries()) {
        after = entry.key();
        action.accept(entry);
      }
    } while (page.more());
  }
}
