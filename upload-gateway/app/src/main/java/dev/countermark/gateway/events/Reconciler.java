package dev.countermark.gateway.events;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.State;
import dev.countermark.gateway.kit.Fence;
import dev.countermark.gateway.kit.UploadEvents;
import dev.countermark.gateway.kit.Waits;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/**
 * Finds packages that wait for their signature although nobody may have told the signers: the
 * gateway ended between record and event. Telling them twice does no harm. When it ended before it
 * looked whether the repository was still there, and another one has its name, the package goes.
 * What signers know of and cannot sign is {@link WaitingPackages}'.
 */
public final class Reconciler {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration LOOK_BACK = Duration.ofHours(24);

  private static final Logger LOG = Logger.getLogger(Reconciler.class);

  /** Nobody waits for it: it rests this many times as long as it worked. */
  private static final long REST = 4;

  private final BlobStore store;
  private final Records records;
  private final Waits waits;
  private final Fence fence;
  private final UploadEvents events;
  private final Clock clock;
  private final RecordWalk walk;
  private Instant from = Instant.MIN;

  public Reconciler(BlobStore store, UploadEvents events, Clock clock) {
    this.store = store;
    this.records = new Records(store);
    this.waits = new Waits(records);
    this.fence = new Fence(store);
    this.events = events;
    this.clock = clock;
    this.walk = new RecordWalk(store, clock);
  }

  /**
   * Looks at everything that was written since the last time, at first since a day ago: what just
   * lost its event must not wait for {@link #goThroughAll}.
   *
   * @return how many were published again
   */
  public int reconcile() {
    Instant now = clock.instant();
    Instant since = from.equals(Instant.MIN) ? now.minus(LOOK_BACK) : from;
    Instant until = now.minus(PATIENCE);
    int published = 0;
    for (Format<?, ?> format : Formats.all()) {
      published += reconcile(format, since, until);
    }
    // What is younger than the patience is looked at the next time; and a published one again.
    from = until.minus(PATIENCE);
    return published;
  }

  /**
   * Looks at all that waits, however old it is: neither gateway nor signers may have run for days,
   * and the broker forgets events. Once a day, slice by slice.
   *
   * @return how many were published again
   */
  public int goThroughAll() {
    Instant until = clock.instant().minus(PATIENCE);
    return walk.go(
        (format, entry) -> entry.lastModified().isBefore(until) && publish(format, entry.key()),
        REST);
  }

  private <R extends PackageRecord<R>> int reconcile(
      Format<R, ?> format, Instant since, Instant until) {
    int published = 0;
    String after = "";
    BlobStore.Page page;
    do {
      long began = System.nanoTime();
      page = store.list(format.root(), after, 1000);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        boolean candidate =
            format.isRecord(entry.key())
                && entry.lastModified().isAfter(since)
                && entry.lastModified().isBefore(until);
        if (candidate && publish(format, entry.key())) {
          published++;
        }
      }
      if (page.more()) {
        LockSupport.parkNanos(REST * (System.nanoTime() - began));
      }
    } while (page.more());
    return published;
  }

  private <R extends PackageRecord<R>> boolean publish(Format<R, ?> format, String key) {
    Optional<R> waiting;
    try {
      // Of what has a note, a signer knows, or it is told when its time comes.
      waiting =
          records
              .read(key, format.recordType())
              .filter(r -> r.state() == State.RECEIVED && waits.note(format, r).isEmpty())
              .filter(r -> fence.holds(format, key, r));
    } catch (Json.MalformedJsonException e) {
      // Perhaps of a later version, or damaged: the others must not wait for it.
      LOG.warnf("the record %s cannot be read: %s", key, e.getMessage());
      return false;
    }
    waiting.ifPresent(record -> events.uploaded(format, record));
    return waiting.isPresent();
  }
}
