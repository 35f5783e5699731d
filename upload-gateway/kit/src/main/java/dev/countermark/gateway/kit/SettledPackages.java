package dev.countermark.gateway.swift;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.contracts.WaitingNote;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.gateway.kit.Waits;
import dev.countermark.gateway.views.Readers;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Waits for releases to be signed or refused. Nobody's thread waits: the signer's event wakes whom
 * it concerns, and a slow look at the record makes up for an event that got lost. Nobody waits for
 * what a signer has put off.
 */
final class SettledReleases {
  private static final Logger LOG = Logger.getLogger(SettledReleases.class);
  private static final SwiftFormat FORMAT = new SwiftFormat();
  private static final Duration LOOK = Duration.ofSeconds(2);

  private record Key(RepositoryName repository, Identity identity) {}

  private final Records records;
  private final Waits waits;
  private final Readers reads;
  private final Executor requests;
  private final ScheduledExecutorService timer;
  private final ConcurrentMap<Key, Set<Waiter>> waiting = new ConcurrentHashMap<>();

  /**
   * @param reads for reads of the store
   * @param requests where it goes on for who waited: he may look at a view, which readers must not
   * @param timer must not block
   */
  SettledReleases(
      Records records, Readers reads, Executor requests, ScheduledExecutorService timer) {
    this.records = records;
    this.waits = new Waits(records);
    this.reads = reads;
    this.requests = requests;
    this.timer = timer;
  }

  /** One that waits. */
  final class Waiter implements AutoCloseable {
    private final Key key;
    private final ReleaseRecord pushed;
    private final CompletableFuture<ReleaseRecord> done = new CompletableFuture<>();
    private ScheduledFuture<?> looks;

    private Waiter(Key key, ReleaseRecord pushed) {
      this.key = key;
      this.pushed = pushed;
    }

    /**
     * The record when it is settled, or as it is when patience ends.
     *
     * @param patience zero not to wait
     */
    CompletionStage<ReleaseRecord> settled(Duration patience) {
      if (patience.isZero()) {
        close();
        done.complete(pushed);
        return done;
      }
      looks =
          timer.scheduleWithFixedDelay(
              () -> reads.of(key.repository()).execute(() -> look(key)),
              LOOK.toMillis(),
              LOOK.toMillis(),
              TimeUnit.MILLISECONDS);
      ScheduledFuture<?> end =
          timer.schedule(
              () ->
                  reads
                      .of(key.repository())
                      .execute(
                          () -> {
                            look(key);
                            end(pushed);
                          }),
              patience.toMillis(),
              TimeUnit.MILLISECONDS);
      return done.whenComplete(
          (record, failure) -> {
            end.cancel(false);
            close();
          });
    }

    private void end(ReleaseRecord record) {
      requests.execute(() -> done.complete(record));
    }

    /** Waits no longer. */
    @Override
    public void close() {
      if (looks != null) {
        looks.cancel(false);
      }
      waiting.computeIfPresent(
          key,
          (k, waiters) -> {
            waiters.remove(this);
            return waiters.isEmpty() ? null : waiters;
          });
    }
  }

  /** Begins to listen, which must be before the signers are told. */
  Waiter listen(ReleaseRecord pushed) {
    Key key = new Key(pushed.repository(), pushed.identity());
    Waiter waiter = new Waiter(key, pushed);
    waiting.compute(
        key,
        (k, waiters) -> {
          Set<Waiter> all = waiters == null ? ConcurrentHashMap.newKeySet() : waiters;
          all.add(waiter);
          return all;
        });
    return waiter;
  }

  /** Something happened to a release. */
  void changed(RepositoryName repository, Identity identity) {
    Key key = new Key(repository, identity);
    if (waiting.containsKey(key)) {
      reads.of(repository).execute(() -> look(key));
    }
  }

  private boolean isSettled(ReleaseRecord release) {
    return release.state() != State.RECEIVED
        || waits.note(FORMAT, release).filter(WaitingNote::handedOver).isPresent();
  }

  private void look(Key key) {
    try {
      Optional<ReleaseRecord> now =
          records.read(SwiftKeys.release(key.repository(), key.identity()), ReleaseRecord.class);
      Set<Waiter> waiters = waiting.get(key);
      if (waiters != null && now.filter(this::isSettled).isPresent()) {
        waiters.forEach(waiter -> waiter.end(now.get()));
      }
    } catch (RuntimeException e) {
      LOG.debugf("%s is looked at again soon: %s", key, e.getMessage());
    }
  }
}
