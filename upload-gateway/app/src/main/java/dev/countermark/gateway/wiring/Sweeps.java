package dev.countermark.gateway.wiring;

import dev.countermark.contracts.Failure;
import dev.countermark.gateway.content.SpoolFolder;
import dev.countermark.gateway.events.Reconciler;
import dev.countermark.gateway.kit.GatewayResources;
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

  private final ScheduledExecutorService timer;
  private final SpoolFolder spool;

  private final Reconciler reconciler;
  private final SweepTask sweep;
  private final Duration sweepInterval;
  private final long minutes;

  /**
   * @param minutes between two searches for what waits too long for its signature; 0 for none
   */
  Sweeps(
      Reconciler reconciler,
      SweepTask sweep,
      SweepConfig sweeps,
      GatewayResources resources,
      SpoolFolder spool,
      @ConfigProperty(name = "countermark.gateway.reconcile-minutes", defaultValue = "10")
          long minutes) {
    this.timer = resources.maintenance();
    this.spool = spool;
    this.reconciler = reconciler;
    this.sweep = sweep;
    this.sweepInterval = sweeps.interval();
    this.minutes = minutes;
  }

  void start(@Observes StartupEvent started) {
    repeat(this::cleanSpool, SPOOL_MINUTES, SPOOL_MINUTES, TimeUnit.MINUTES);
    if (minutes > 0) {
      repeat(this::reconcile, 1, minutes, TimeUnit.MINUTES);
    }
    if (sweepInterval.toSeconds() > 0) {
      // The lease decides whether it is time: replicas that restart often must not run often.
      long seconds = sweepInterval.toSeconds();
      repeat(sweep, Math.min(seconds, FIRST_SWEEP_SECONDS), seconds, TimeUnit.SECONDS);
    }
  }

  /** What goes wrong is said by the task itself: nobody asks its future. */
  private void repeat(Runnable task, long first, long pause, TimeUnit unit) {
    ScheduledFuture<?> unused = timer.scheduleWithFixedDelay(task, first, pause, unit);
  }

  private void reconcile() {
    try {
      int published = reconciler.reconcile();
      if (published > 0) {
        LOG.infof("told the signers again of %d packages that wait for their signature", published);
      }
    } catch (Failure e) {
      LOG.warnf("the search for unsigned packages goes on later: %s", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("the search for unsigned packages failed", e);
    }
  }

  private void cleanSpool() {
    try {
      spool.clean();
    } catch (IOException e) {
      LOG.warnf("what killed processes left in the spool is looked for later: %s", e.getMessage());
    }
  }
}
