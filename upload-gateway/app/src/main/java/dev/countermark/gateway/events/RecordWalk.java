package dev.countermark.gateway.events;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Goes over all package records once a day, in the order of their keys. One gateway is at it; how
 * far it has come is in the store, so that whoever takes over goes on there. A walk that is due
 * begins as soon as a gateway runs.
 */
final class RecordWalk {
  private static final String KEY = "reconciles/records.json";
  private static final Duration INTERVAL = Duration.ofDays(1);

  /** A page takes seconds, or longer where store or broker are slow. */
  private static final Duration LEASE = Duration.ofMinutes(5);

  /** After which it leaves its thread to others, until it is called again. */
  private static final Duration SLICE = Duration.ofMinutes(2);

  /** There are stores that look at everything for each list, however short. */
  private static final int PAGE = 1_000;

  private final BlobStore store;
  private final Records records;
  private final Clock clock;

  RecordWalk(BlobStore store, Clock clock) {
    this.store = store;
    this.records = new Records(store);
    this.clock = clock;
  }

  /**
   * How far it has come; one object of the store.
   *
   * @param position key of the last object that was looked at; empty at the beginning
   * @param endedAt when it came to the end, if it did
   * @param heldUntil from then on another gateway may go on
   */
  record Progress(
      long generation,
      Instant startedAt,
      String position,
      Optional<Instant> endedAt,
      Instant heldUntil) {
    Progress {
      endedAt = endedAt == null ? Optional.empty() : endedAt;
    }
  }

  /** What is done with each record. */
  interface Visit {
    /**
     * @param entry of a record of the format
     * @return whether it counts
     */
    boolean look(Format<?, ?> format, BlobStore.Entry entry);
  }

  /**
   * Goes on where the last one left off, if a walk is due and nobody else is at it.
   *
   * @param rest it rests this many times as long as it worked
   * @return records that count
   * @throws dev.countermark.contracts.Failure.Transient when the store or the broker is away; the
   *     page is done again
   */
  int go(Visit visit, long rest) {
    long ends = System.nanoTime() + SLICE.toNanos();
    int counted = 0;
    Optional<Progress> mine = claim();
    while (mine.isPresent()) {
      long began = System.nanoTime();
      Page page = new Page(mine.get().position());
      counted += page.run(visit);
      boolean goesOn = !page.isLast && System.nanoTime() < ends;
      mine = advance(mine.get(), page, goesOn);
      if (goesOn) {
        LockSupport.parkNanos(rest * (System.nanoTime() - began));
      }
    }
    return counted;
  }

  private Optional<Progress> claim() {
    Instant now = clock.instant();
    Progress[] mine = new Progress[1];
    records.update(
        KEY,
        Progress.class,
        old -> {
          mine[0] = claimed(old, now).orElse(null);
          return mine[0] == null ? old : Optional.of(mine[0]);
        });
    return Optional.ofNullable(mine[0]);
  }

  private static Optional<Progress> claimed(Optional<Progress> old, Instant now) {
    Instant until = now.plus(LEASE);
    if (old.isEmpty()) {
      return Optional.of(new Progress(1, now, "", Optional.empty(), until));
    }
    Progress last = old.get();
    long next = last.generation() + 1;
    if (last.endedAt().isPresent()) {
      return now.isBefore(last.startedAt().plus(INTERVAL))
          ? Optional.empty()
          : Optional.of(new Progress(next, now, "", Optional.empty(), until));
    }
    return now.isBefore(last.heldUntil())
        ? Optional.empty()
        : Optional.of(
            new Progress(next, last.startedAt(), last.position(), Optional.empty(), until));
  }

  /** Whoever took over meanwhile has the page, too. */
  private Optional<Progress> advance(Progress mine, Page page, boolean goesOn) {
    Instant now = clock.instant();
    Progress next =
        new Progress(
            mine.generation() + 1,
            mine.startedAt(),
            page.position,
            page.isLast ? Optional.of(now) : Optional.empty(),
            goesOn ? now.plus(LEASE) : now);
    return records
        .update(
            KEY,
            Progress.class,
            old -> old.filter(mine::equals).isPresent() ? Optional.of(next) : old)
        .filter(stored -> goesOn && stored.equals(next));
  }

  /** Some keys after a position, of one format. */
  private final class Page {
    private String position;
    private boolean isLast;

    Page(String position) {
      this.position = position;
    }

    int run(Visit visit) {
      // By label, and so in the order of their keys.
      for (Format<?, ?> format : Formats.all()) {
        String root = format.root();
        if (position.compareTo(root) > 0 && !position.startsWith(root)) {
          continue; // before
        }
        BlobStore.Page page = store.list(root, position.startsWith(root) ? position : "", PAGE);
        if (!page.entries().isEmpty()) {
          return run(format, page, visit);
        }
      }
      isLast = true;
      return 0;
    }

    private int run(Format<?, ?> format, BlobStore.Page page, Visit visit) {
      int counted = 0;
      for (BlobStore.Entry entry : page.entries()) {
        if (format.isRecord(entry.key()) && visit.look(format, entry)) {
          counted++;
        }
        position = entry.key();
      }
      position = format.nextRecords(position);
      return counted;
    }
  }
}
