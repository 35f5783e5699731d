package dev.countermark.gateway.events;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.Json.MalformedJsonException;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Obstacle;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.State;
import dev.countermark.contracts.WaitingNote;
import dev.countermark.gateway.kit.UploadEvents;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
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
  private volatile Map<Reason, Integer> noted = Map.of();
  private volatile Map<String, Instant> oldest = Map.of();

  /**
   * Why packages wait.
   *
   * @param format label
   */
  public record Reason(String format, Obstacle obstacle) {}

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
    Map<Reason, Integer> counted = new HashMap<>();
    Map<String, Instant> since = new HashMap<>();
    String after = "";
    BlobStore.Page page;
    do {
      page = store.list(ObjectKeys.WAITING, after, 1_000);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        Optional<WaitingNote> note = read(entry.key());
        String key = after;
        if (note.isPresent() && OneByOne.look(key, () -> look(key, note.get()))) {
          told++;
        }
        note.filter(n -> n.format() != null && n.obstacle() != null && n.since() != null)
            .ifPresent(
                n -> {
                  counted.merge(new Reason(n.format(), n.obstacle()), 1, Integer::sum);
                  since.merge(n.format(), n.since(), (a, b) -> a.isBefore(b) ? a : b);
                });
      }
    } while (page.more());
    noted = Map.copyOf(counted);
    oldest = Map.copyOf(since);
    return told;
  }

  /** Packages that waited at the last look. */
  public int noted(Reason reason) {
    return noted.getOrDefault(reason, 0);
  }

  /**
   * Since when the oldest of them waits.
   *
   * @param format label
   */
  public Optional<Instant> oldest(String format) {
    return Optional.ofNullable(oldest.get(format));
  }

  private Optional<WaitingNote> read(String key) {
    try {
      return records.read(key, WaitingNote.class);
    } catch (MalformedJsonException e) {
      // Perhaps of a later release, whose gateway understands it.
      LOG.debugf("the note %s cannot be read: %s", key, e.getMessage());
      return Optional.empty();
    }
  }

  private boolean look(String key, WaitingNote note) {
    return isDue(note)
        && Formats.find(note.format()).map(format -> tell(format, key, note)).orElse(false);
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
