package dev.countermark.gateway.sweep;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.BlobStore.Entry;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.content.UploadTimes;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.repositories.RepositoryContents;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * Deletes parts of blobs that no record names, what is left of uploads, and records that belong to
 * a repository or package that was deleted while somebody still pushed. Marks, then sweeps, while
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
  private static final Logger LOG = Logger.getLogger(ContentSweeper.class);
  private static final int PAGE = 1000;
  private static final int FILTER_BYTES = 16 * 1024 * 1024;
  private static final Pattern RECORD_OF = Pattern.compile("[^/]+/([^/]+/[^/]+)/.+");

  private final BlobStore store;
  private final Records records;
  private final RepositoryContents contents;
  private final GatewayFormats formats;
  private final Duration grace;
  private final Clock clock;

  /**
   * @param grace how old an object must be, by the store's clock; more than {@link
   *     UploadTimes#LONGEST} by at least an hour
   */
  public ContentSweeper(BlobStore store, GatewayFormats formats, Duration grace, Clock clock) {
    if (grace.compareTo(UploadTimes.LONGEST.plusHours(1)) < 0) {
      throw new IllegalArgumentException(
          "the grace must be at least " + UploadTimes.LONGEST.plusHours(1) + ", not " + grace);
    }
    this.store = store;
    this.records = new Records(store);
    this.contents = new RepositoryContents(store, clock);
    this.formats = formats;
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
   * @throws dev.countermark.contracts.Failure.Transient when the store fails
   * @throws IllegalStateException when a record cannot be read; no part is deleted unless every
   *     record was read
   */
  public Optional<Swept> sweep() {
    Instant begin = clock.instant();
    Instant before = begin.minus(grace);
    ReferenceFilter named = new ReferenceFilter(FILTER_BYTES);
    boolean allRead = true;
    for (GatewayFormat<?, ?> format : formats.all()) {
      allRead &= mark(format, named);
    }
    if (clock.instant().isAfter(begin.plus(grace.dividedBy(2)))) {
      return Optional.empty();
    }
    Tally tally = new Tally();
    if (allRead) {
      sweepParts(named, before, tally);
    }
    for (GatewayFormat<?, ?> format : formats.all()) {
      format.marks().sessions().ifPresent(prefix -> sweepSessions(prefix, before, tally));
      each(
          format.format().root(),
          new Orphans(format.format(), before, tally)
              .andThen(entry -> sweepOrphan(format, entry, before, tally)));
    }
    if (!allRead) {
      throw new IllegalStateException("no content was deleted: a record cannot be read");
    }
    return Optional.of(new Swept(tally.parts, tally.bytes, tally.sessions, tally.orphans));
  }

  private void sweepParts(ReferenceFilter named, Instant before, Tally tally) {
    each(
        ObjectKeys.CONTENT,
        entry -> {
          if (entry.lastModified().isBefore(before) && !named.mayHold(entry.key())) {
            store.delete(entry.key());
            tally.parts++;
            tally.bytes += entry.size();
          }
        });
  }

  private static final class Tally {
    private long parts;
    private long bytes;
    private long sessions;
    private long orphans;
  }

  /**
   * Records come before sessions: see above.
   *
   * @return false when one could not be read: nobody knows which parts it names
   */
  private <R extends PackageRecord<R>> boolean mark(
      GatewayFormat<R, ?> format, ReferenceFilter named) {
    boolean[] allRead = {true};
    each(
        format.format().root(),
        entry -> {
          try {
            (format.format().isRecord(entry.key())
                    ? records.read(entry.key(), format.format().recordType()).stream()
                        .flatMap(PackageRecord::parts)
                    : format.marks().parts(entry.key(), records))
                .forEach(part -> mark(part, named));
          } catch (Json.MalformedJsonException e) {
            LOG.errorf("no content is deleted while %s is damaged", entry.key());
            allRead[0] = false;
          }
        });
    format
        .marks()
        .sessions()
        .ifPresent(
            prefix ->
                each(
                    prefix,
                    entry ->
                        format
                            .marks()
                            .sessionParts(entry.key(), records)
                            .forEach(part -> mark(part, named))));
    return allRead[0];
  }

  private void sweepSessions(String prefix, Instant before, Tally tally) {
    each(
        prefix,
        entry -> {
          if (entry.lastModified().isBefore(before)) {
            store.delete(entry.key());
            tally.sessions++;
          }
        });
  }

  private void sweepOrphan(GatewayFormat<?, ?> format, Entry entry, Instant before, Tally tally) {
    if (entry.lastModified().isBefore(before)
        && format.marks().sweepOrphan(entry, store, records)) {
      tally.orphans++;
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
    private final Format<?, ?> format;
    private final Instant before;
    private final Tally tally;
    private String known = "";

    Orphans(Format<?, ?> format, Instant before, Tally tally) {
      this.format = format;
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
      // Of the time before the look at its repository: what is changed after that stays.
      Optional<BlobStore.StoredObject> record =
          format.isRecord(entry.key()) ? store.get(entry.key()) : Optional.empty();
      Optional<BlobStore.ObjectInfo> orphan = store.head(entry.key());
      if (store.head(ObjectKeys.repository(repository.get())).isPresent()) {
        known = key.group(1); // keys of one repository follow each other
        return;
      }
      if (format.isRecord(entry.key())
          ? record.isPresent() && contents.bury(format, entry.key(), record.get())
          : orphan.isPresent() && store.delete(entry.key(), orphan.get().version())) {
        tally.orphans++;
      }
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
