package dev.countermark.gateway.wiring;

import dev.countermark.contracts.Failure;
import dev.countermark.gateway.content.SpoolFolder;
import dev.countermark.gateway.kit.GatewayResources;
import dev.countermark.gateway.retention.Retention;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Runs from time to time, outside of requests, what looks after the store. */
@ApplicationScoped
class Sweeps {
  private static final Logger LOG = Logger.getLogger(Sweeps.class);

  private static final long FIRST_SWEEP_SECONDS = 300;
  private static final long SPOOL_MINUTES = 15;
  private static final long RETENTION_MINUTES = 15;

  /** What waits is told when its next try is; later by this at most. */
  private static final long WAITING_SECONDS = 60;

  /** Others take a gateway for dead after several times this. */
  private static final long LIVE_SECONDS = 60;

  private final ScheduledExecutorService timer;
  private final ScheduledExecutorService coordination;
  private final SpoolFolder spool;

  private final ReconcileTask reconcile;
  private final SweepTask sweep;
  private final Retention retention;
  private final Duration retentionInterval;
  private final Duration sweepInterval;
  private final long minutes;

  /**
   * @param minutes between two looks for a reason to search for what waits for its signature and
   *     nobody was told of; 0 for none
   */
  Sweeps(
      ReconcileTask reconcile,
      SweepTask sweep,
      SweepConfig sweeps,
      Retention retention,
      GatewayResources resources,
      SpoolFolder spool,
      @ConfigProperty(name = "countermark.gateway.reconcile-minutes", defaultValue = "1")
          long minutes) {
    this.timer = resources.maintenance();
    this.coordination = resources.coordination();
    this.spool = spool;
    this.reconcile = reconcile;
    this.sweep = sweep;
    this.sweepInterval = sweeps.interval();
    this.retention = retention;
    this.retentionInterval = sweeps.retention();
    this.minutes = minutes;
  }

  void start(@Observes StartupEvent started) {
    repeat(this::cleanSpool, SPOOL_MINUTES, SPOOL_MINUTES, TimeUnit.MINUTES);
    if (minutes > 0) {
      reconcile.live();
      ScheduledFuture<?> unused =
          coordination.scheduleWithFixedDelay(
              reconcile::live, LIVE_SECONDS, LIVE_SECONDS, TimeUnit.SECONDS);
      repeat(reconcile::reconcile, 1, minutes, TimeUnit.MINUTES);
    }
    // Always: signers rely on it when they hand over what they cannot sign.
    repeat(reconcile::tellOfWaiting, WAITING_SECONDS, WAITING_SECONDS, TimeUnit.SECONDS);
    if (retentionInterval.toSeconds() > 0) {
      // Each repository has its own lease; what a run left is gone on with.
      repeat(this::applyRetention, RETENTION_MINUTES, RETENTION_MINUTES, TimeUnit.MINUTES);
    }
    if (sweepInterval.toSeconds() > 0) {
      // The lease decides whether it is time: replicas that restart often must not run often.
      long seconds = sweepInterval.toSeconds();
      repeat(sweep, Math.min(seconds, FIRST_SWEEP_SECONDS), seconds, TimeUnit.SECONDS);
    }
  }

  private void applyRetention() {
    try {
      retention.run();
    } catch (Failure e) {
      LOG.warnf("retention goes on later: %s", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("retention failed", e);
    }
  }

  /** What goes wrong is said by the task itself: nobody asks its future. */
  private void repeat(Runnable task, long first, long pause, TimeUnit unit) {
    ScheduledFuture<?> unused = timer.scheduleWithFixedDelay(task, first, pause, unit);
  }

  private void cleanSpool() {
    try {
      spool.clean();
    } catch (IOException e) {
      LOG.warnf("what killed processes left in the spool is looked for later: %s", e.getMessage());
    }
  }
}
