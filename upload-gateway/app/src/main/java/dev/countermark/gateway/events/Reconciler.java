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
import dev.countermark.gateway.resync.Renewal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Finds packages that wait for their signature although nobody may have told the signers. Telling
 * them twice does no harm. It is looked for where there is a reason: a gateway that died between
 * record and event, a broker that took no event, or that lost them all; and once a day everywhere.
 * When a push ended before it looked whether the repository was still there, and another one has
 * its name, the package goes. Once a day it is seen, too, whether what is available is signed by a
 * key in force. What signers know of and cannot sign is {@link WaitingPackages}'.
 */
public final class Reconciler {
  /** What is younger may be under way. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  private static final Logger LOG = Logger.getLogger(Reconciler.class);

  /** Nobody waits for it: it rests this many times as long as it worked. */
  private static final long REST = 4;

  private final BlobStore store;
  private final Records records;
  private final Waits waits;
  private final Fence fence;
  private final UploadEvents events;
  private final Reasons reasons;
  private final Clock clock;
  private final RecordWalk walk;
  private final Renewal.Source renewals;
  private final Consumer<Repair> repaired;

  private Optional<Telling> telling = Optional.empty();

  /** A broker that lost everything, and when it is seen whether something waits all the same. */
  private record Telling(Map<String, String> broker, Instant again, Duration pause) {}

  /** What was found, and told to the signers. */
  public enum Repair {
    /** It waits for its first signature. */
    UNSIGNED,
    /** Its signature is none that is in force. */
    STALE
  }

  /** Why something may wait that nobody was told of. */
  public record Reasons(GatewayLives lives, UntoldUploads untold, BrokerIdentity broker) {}

  /**
   * @param renewals one for each while
   * @param repaired hears of all that the signers were told of
   */
  public Reconciler(
      BlobStore store,
      UploadEvents events,
      Renewal.Source renewals,
      Reasons reasons,
      Consumer<Repair> repaired,
      Clock clock) {
    this.store = store;
    this.records = new Records(store);
    this.waits = new Waits(records);
    this.fence = new Fence(store);
    this.events = events;
    this.renewals = renewals;
    this.reasons = reasons;
    this.repaired = repaired;
    this.clock = clock;
    this.walk = new RecordWalk(store, clock);
  }

  /**
   * Looks for what was written since the first of all reasons; when there is none, at nothing. A
   * reason is forgotten only when all was looked at.
   *
   * @return how many were published again
   */
  public int reconcile() {
    List<GatewayLives.Dead> dead = reasons.lives().dead();
    Optional<Map<String, String>> stranger =
        reasons.broker().stranger().filter(this::isDue).filter(topics -> !isTheFirst(topics));
    Optional<Instant> untold = reasons.untold().since().filter(this::isRipe);
    Stream<Instant> since =
        Stream.concat(
            Stream.concat(dead.stream().map(GatewayLives.Dead::since), untold.stream()),
            stranger.stream().map(topics -> Instant.EPOCH));
    Optional<Instant> earliest = since.min(Comparator.naturalOrder());
    if (earliest.isEmpty()) {
      return 0;
    }
    // To a broker that was told nothing so far nothing is under way.
    boolean first = stranger.isPresent() && !stranger.equals(telling.map(Telling::broker));
    if (first) {
      LOG.info("nobody knows what this broker was told: it is told of all that waits");
    }
    Instant until = clock.instant().minus(first ? Duration.ZERO : PATIENCE);
    int published = publishAll(from(earliest.get()), until);
    dead.forEach(reasons.lives()::bury);
    untold.ifPresent(failed -> reasons.untold().lookedFor(until, PATIENCE));
    stranger.ifPresent(topics -> told(topics, !first && published == 0));
    return published;
  }

  /** There was nothing to tell before this broker, and from now on it is told as things come. */
  private boolean isTheFirst(Map<String, String> broker) {
    boolean first =
        reasons.broker().isFirst()
            && Formats.all().stream()
                .allMatch(format -> store.list(format.root(), "", 1).entries().isEmpty());
    if (first) {
      reasons.broker().knows(broker);
    }
    return first;
  }

  private boolean isDue(Map<String, String> broker) {
    return telling
        .filter(t -> t.broker().equals(broker) && clock.instant().isBefore(t.again()))
        .isEmpty();
  }

  /**
   * Whoever reads from where he was with the broker before may miss what comes first: it is told
   * until nothing waits any more, and less and less often.
   */
  private void told(Map<String, String> broker, boolean nothingWaits) {
    if (nothingWaits) {
      telling = Optional.empty();
      reasons.broker().knows(broker);
      return;
    }
    Duration pause =
        telling
            .filter(t -> t.broker().equals(broker))
            .map(t -> t.pause().multipliedBy(2))
            .orElse(PATIENCE);
    pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    telling = Optional.of(new Telling(broker, clock.instant().plus(pause), pause));
  }

  /** What failed just now is younger than what is looked at. */
  private boolean isRipe(Instant since) {
    return since.isBefore(clock.instant().minus(PATIENCE.multipliedBy(2)));
  }

  private static Instant from(Instant reason) {
    return reason.equals(Instant.EPOCH) ? reason : reason.minus(PATIENCE.multipliedBy(2));
  }

  private int publishAll(Instant since, Instant until) {
    int published = 0;
    for (Format<?, ?> format : Formats.all()) {
      published += publishAll(format, since, until);
    }
    return published;
  }

  /**
   * Looks at everything, however old it is: neither gateway nor signers may have run for days, the
   * broker forgets events, and keys are revoked. Once a day, slice by slice.
   *
   * @return how many the signers were told of
   */
  public int goThroughAll() {
    Instant until = clock.instant().minus(PATIENCE);
    Renewal renewal = renewals.begin();
    return walk.go(
        (format, entry) ->
            entry.lastModified().isBefore(until)
                && OneByOne.look(entry.key(), () -> see(format, entry.key(), renewal)),
        REST);
  }

  private <R extends PackageRecord<R>> int publishAll(
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
        if (candidate && OneByOne.look(entry.key(), () -> publish(format, entry.key()))) {
          published++;
        }
      }
      after = format.nextRecords(after);
      if (page.more()) {
        LockSupport.parkNanos(REST * (System.nanoTime() - began));
      }
    } while (page.more());
    return published;
  }

  private <R extends PackageRecord<R>> boolean publish(Format<R, ?> format, String key) {
    return read(format, key).filter(record -> tell(format, key, record)).isPresent();
  }

  private <R extends PackageRecord<R>> boolean see(
      Format<R, ?> format, String key, Renewal renewal) {
    return read(format, key)
        .filter(
            record ->
                record.state() == State.AVAILABLE
                    ? renew(format, key, record, renewal)
                    : tell(format, key, record))
        .isPresent();
  }

  private <R extends PackageRecord<R>> Optional<R> read(Format<R, ?> format, String key) {
    try {
      return records.read(key, format.recordType());
    } catch (Json.MalformedJsonException e) {
      // Perhaps of a later version, or damaged: the others must not wait for it.
      LOG.warnf("the record %s cannot be read: %s", key, e.getMessage());
      return Optional.empty();
    }
  }

  private <R extends PackageRecord<R>> boolean tell(Format<R, ?> format, String key, R record) {
    // Of what has a note, a signer knows, or it is told when its time comes.
    boolean untold =
        record.state() == State.RECEIVED
            && waits.note(format, record).isEmpty()
            && fence.holds(format, key, record);
    if (untold) {
      events.uploaded(format, record);
      repaired.accept(Repair.UNSIGNED);
    }
    return untold;
  }

  private <R extends PackageRecord<R>> boolean renew(
      Format<R, ?> format, String key, R record, Renewal renewal) {
    boolean stale =
        !record.neverSigned()
            && renewal.isStale(format, record)
            && waits.note(format, record).isEmpty()
            && fence.holds(format, key, record);
    if (stale) {
      renewal.renew(format, record);
      repaired.accept(Repair.STALE);
    }
    return stale;
  }
}
