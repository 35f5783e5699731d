package dev.countermark.gateway.kit;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.contracts.WaitingNote;
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
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Waits for packages to be signed or refused. Nobody's thread waits, nor memory: the signer's event
 * wakes whom it concerns, and a slow look at the record makes up for an event that got lost. Nobody
 * waits for what a signer has put off, and no push for signers that nothing is heard of.
 */
public final class SettledPackages {
  private static final Logger LOG = Logger.getLogger(SettledPackages.class);
  private static final Duration LOOK = Duration.ofSeconds(2);

  private final Records records;
  private final Waits waits;
  private final Readers reads;
  private final Supplier<Executor> requests;
  private final ScheduledExecutorService timer;

  private final SilentSigners signers = new SilentSigners(System::nanoTime);
  private final ConcurrentMap<String, Crowd> waiting = new ConcurrentHashMap<>();

  /** All who wait for one record, which is looked at for all of them at once. */
  private static final class Crowd {
    private final Set<Waiter<?>> waiters = ConcurrentHashMap.newKeySet();
    private final AtomicLong lookedAt = new AtomicLong(System.nanoTime());

    /** Whether it is time for another look, which the caller takes then. */
    boolean isDue() {
      long before = lookedAt.get();
      long now = System.nanoTime();
      return now - before >= LOOK.toNanos() / 2 && lookedAt.compareAndSet(before, now);
    }
  }

  /**
   * @param reads for reads of the store
   * @param requests asked where somebody begins to wait, who needs no memory meanwhile: where it
   *     goes on for his request. He may look at a view, which readers must not
   * @param timer must not block
   */
  public SettledPackages(
      Records records, Readers reads, Supplier<Executor> requests, ScheduledExecutorService timer) {
    this.records = records;
    this.waits = new Waits(records);
    this.reads = reads;
    this.requests = requests;
    this.timer = timer;
  }

  /** One that waits. */
  public final class Waiter<R extends PackageRecord<R>> implements AutoCloseable {
    private final Format<R, ?> format;
    private final String key;
    private final R pushed;
    private final boolean isPush;
    private final CompletableFuture<R> done = new CompletableFuture<>();
    private ScheduledFuture<?> looks;

    /** Until it is known nobody waits yet. */
    private volatile Executor goingOn = Runnable::run;

    private Waiter(Format<R, ?> format, String key, R pushed, boolean isPush) {
      this.format = format;
      this.key = key;
      this.pushed = pushed;
      this.isPush = isPush;
    }

    /**
     * The record when it is settled, or as it is when patience ends.
     *
     * @param patience zero not to wait
     */
    public CompletionStage<R> settled(Duration patience) {
      String label = format.label();
      if (patience.isZero() || isPush && signers.areSilent(label)) {
        close();
        done.complete(pushed);
        return done;
      }
      goingOn = requests.get();
      long heard = signers.heardSoFar(label);
      RepositoryName repository = pushed.repository();
      looks =
          timer.scheduleWithFixedDelay(
              () -> lookIfDue(this), LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
      ScheduledFuture<?> end =
          timer.schedule(
              () ->
                  reads
                      .of(repository)
                      .execute(
                          () -> {
                            if (!look(this) && patience.compareTo(LOOK) >= 0) {
                              signers.waitedInVain(label, heard);
                            }
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

    private void end(R record) {
      goingOn.execute(() -> done.complete(record));
    }

    /** What another one of the same key saw. */
    private void endWith(Object record) {
      end(format.recordType().cast(record));
    }

    /** Waits no longer. */
    @Override
    public void close() {
      if (looks != null) {
        looks.cancel(false);
      }
      waiting.computeIfPresent(
          key,
          (k, crowd) -> {
            crowd.waiters.remove(this);
            return crowd.waiters.isEmpty() ? null : crowd;
          });
    }
  }

  /**
   * Tells the signers of a push, and listens from before on.
   *
   * @param key of the package's record
   * @param tell its failure is the caller's; then nobody listens
   */
  public <R extends PackageRecord<R>> Waiter<R> afterTelling(
      Format<R, ?> format, String key, R pushed, Runnable tell) {
    Waiter<R> waiter = listening(new Waiter<>(format, key, pushed, true));
    try {
      tell.run();
    } catch (RuntimeException e) {
      waiter.close();
      throw e;
    }
    return waiter;
  }

  /**
   * Begins to listen for what the signers know already.
   *
   * @param key of the package's record
   */
  public <R extends PackageRecord<R>> Waiter<R> listen(Format<R, ?> format, String key, R record) {
    return listening(new Waiter<>(format, key, record, false));
  }

  private <R extends PackageRecord<R>> Waiter<R> listening(Waiter<R> waiter) {
    waiting.compute(
        waiter.key,
        (k, there) -> {
          Crowd crowd = there == null ? new Crowd() : there;
          crowd.waiters.add(waiter);
          return crowd;
        });
    return waiter;
  }

  /**
   * Its signer said something about a package.
   *
   * @param key of its record
   */
  public void heard(Format<?, ?> format, RepositoryName repository, String key) {
    signers.heard(format.label());
    changed(repository, key);
  }

  /**
   * Something happened to a package.
   *
   * @param key of its record
   */
  public void changed(RepositoryName repository, String key) {
    Crowd crowd = waiting.get(key);
    if (crowd != null) {
      crowd.waiters.stream()
          .findAny()
          .ifPresent(waiter -> reads.of(repository).execute(() -> look(waiter)));
    }
  }

  /** However many wait for it, a record is read once in a while. */
  private void lookIfDue(Waiter<?> waiter) {
    Crowd crowd = waiting.get(waiter.key);
    if (crowd != null && crowd.isDue()) {
      reads.of(waiter.pushed.repository()).execute(() -> look(waiter));
    }
  }

  private <R extends PackageRecord<R>> boolean isSettled(Format<R, ?> format, R record) {
    return record.state() != State.RECEIVED
        || waits.note(format, record).filter(WaitingNote::handedOver).isPresent();
  }

  /**
   * Looks at the record once, for all that wait for it.
   *
   * @return whether it is settled
   */
  private <R extends PackageRecord<R>> boolean look(Waiter<R> any) {
    try {
      Optional<R> now =
          records
              .read(any.key, any.format.recordType())
              .filter(record -> isSettled(any.format, record));
      Crowd crowd = waiting.get(any.key);
      if (crowd != null && now.isPresent()) {
        crowd.waiters.forEach(waiter -> waiter.endWith(now.get()));
      }
      return now.isPresent();
    } catch (RuntimeException e) {
      LOG.debugf("%s is looked at again soon: %s", any.key, e.getMessage());
      return false;
    }
  }
}
