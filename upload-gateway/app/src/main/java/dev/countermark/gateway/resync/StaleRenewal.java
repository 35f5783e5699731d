package dev.countermark.gateway.resync;

import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.ResyncMode;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Asks for what a campaign would ask for, package by package, where no operator asked for one. What
 * came of it is told as of a campaign that has a name for each day and is kept by nobody.
 */
final class StaleRenewal implements Renewal {
  private static final Logger LOG = Logger.getLogger(StaleRenewal.class);
  private static final Duration PATIENCE = Duration.ofSeconds(25);

  /** With a date after it; no campaign of anybody's begins so. */
  static final String CAMPAIGN = "reconciler-";

  private final Staleness staleness;
  private final ResyncPublisher publisher;
  private final Clock clock;

  StaleRenewal(Staleness staleness, ResyncPublisher publisher, Clock clock) {
    this.staleness = staleness;
    this.publisher = publisher;
    this.clock = clock;
  }

  @Override
  public <R extends PackageRecord<R>> boolean isStale(Format<R, ?> format, R record) {
    try {
      return staleness.isStale(format, record, ResyncMode.ENSURE);
    } catch (Failure.Transient e) {
      if (e.obstacle().isPassing()) {
        throw e;
      }
      return unknown(record, e);
    } catch (RuntimeException e) {
      return unknown(record, e);
    }
  }

  /** What is wrong with one repository's keys must not keep the others waiting. */
  private static boolean unknown(PackageRecord<?> record, RuntimeException why) {
    LOG.warnf(
        "nobody can tell whether packages of %s are signed by a key in force: %s",
        record.repository(), why.getMessage());
    return false;
  }

  @Override
  public <R extends PackageRecord<R>> void renew(Format<R, ?> format, R record) {
    try {
      publisher
          .publish(
              format,
              new PackageResyncRequested(
                  record.repository(),
                  record.packageName(),
                  record.digest(),
                  CAMPAIGN + clock.instant().toString().substring(0, 10),
                  ResyncMode.ENSURE,
                  false))
          .toCompletableFuture()
          .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure.Transient("the gateway stops", e);
    } catch (ExecutionException | CompletionException | TimeoutException e) {
      throw new Failure.Transient("the broker did not take an event", e);
    }
  }
}
