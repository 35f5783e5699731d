package dev.countermark.gateway.events;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.Json.MalformedJsonException;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.State;
import dev.countermark.contracts.WaitingNote;
import dev.countermark.gateway.kit.UploadEvents;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Tells the signers again of packages that they could not sign, when the time of their next try has
 * come, and throws away the notes of those that wait no longer. Several gateways may do so at the
 * same time: telling twice does no harm.
 */
public final class WaitingPackages {
  private static final Logger LOG = Logger.getLogger(WaitingPackages.class);

  /** A signer that remembers a package has so long to try it. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** A note of what is tried by nobody is looked at so long after the last try. */
  private static final Duration STALE = Duration.ofDays(1);

  private final BlobStore store;
  private final Records records;
  private final UploadEvents events;
  private final Clock clock;

  public WaitingPackages(BlobStore store, UploadEvents events, Clock clock) {
    this.store = store;
    this.records = new Records(store);
    this.events = events;
    this.clock = clock;
  }

  /**
   * Looks at all notes.
   *
   * @return packages that the signers were told of
   * @throws dev.countermark.contracts.Failure.Transient when the store or the broker is away; the
   *     rest is looked at the next time
   */
  public int tell() {
    int told = 0;
    String after = "";
    BlobStore.Page page;
    do {
      page = store.list(ObjectKeys.WAITING, after, 1_000);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        if (look(entry.key())) {
          told++;
        }
      }
    } while (page.more());
    return told;
  }

  private boolean look(String key) {
    Optional<WaitingNote> note;
    try {
      note = records.read(key, WaitingNote.class);
    } catch (MalformedJsonException e) {
      // Perhaps of a later release, whose gateway understands it.
      LOG.debugf("the note %s cannot be read: %s", key, e.getMessage());
      return false;
    }
    return note.filter(this::isDue)
        .flatMap(due -> Formats.find(due.format()).map(format -> tell(format, key, due)))
        .orElse(false);
  }

  private boolean isDue(WaitingNote note) {
    Instant due =
        note.nextTry()
            .map(next -> note.handedOver() ? next : next.plus(PATIENCE))
            .orElse(note.at().plus(STALE));
    return !clock.instant().isBefore(due);
  }

  private <R extends PackageRecord<R>> boolean tell(
      Format<R, ?> format, String key, WaitingNote note) {
    Optional<R> waiting =
        format
            .recordKey(note.repository(), note.name(), note.digest())
            .filter(r -> ObjectKeys.waiting(note.repository(), format.label(), r).equals(key))
            .flatMap(r -> records.read(r, format.recordType()))
            .filter(record -> waits(record, note));
    if (waiting.isEmpty()) {
      replace(key, note, Optional.empty());
      return false;
    }
    if (note.nextTry().isEmpty()) {
      return false;
    }
    // The note last: a gateway that ends in between has told, and another one tells again.
    events.uploaded(format, waiting.get());
    replace(key, note, Optional.of(note.told(clock.instant())));
    return true;
  }

  /** An available one waits for more signatures, as long as no signer has it in hand. */
  private static boolean waits(PackageRecord<?> record, WaitingNote note) {
    return record.digest().equals(note.digest())
        && (record.state() == State.RECEIVED
            || record.state() == State.AVAILABLE && note.handedOver());
  }

  /** What a signer wrote meanwhile stays. */
  private void replace(String key, WaitingNote note, Optional<WaitingNote> by) {
    records.update(key, WaitingNote.class, now -> now.filter(note::equals).isPresent() ? by : now);
  }
}
