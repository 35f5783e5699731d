package dev.countermark.gateway.wiring;

import dev.countermark.contracts.Failure;
import dev.countermark.gateway.sweep.ContentSweeper;
import dev.countermark.gateway.sweep.SweepLease;
import dev.countermark.gateway.sweep.SweepMetrics;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/** One sweep, if it is time and no other gateway does it; what goes wrong is in the log. */
@Singleton
class SweepTask implements Runnable {
  private static final Logger LOG = Logger.getLogger(SweepTask.class);

  private final ContentSweeper sweeper;
  private final SweepLease lease;
  private final SweepMetrics metrics;

  SweepTask(ContentSweeper sweeper, SweepLease lease, SweepMetrics metrics) {
    this.sweeper = sweeper;
    this.lease = lease;
    this.metrics = metrics;
  }

  @Override
  public void run() {
    try {
      if (lease.claim()) {
        sweeper
            .sweep()
            .ifPresentOrElse(
                swept -> {
                  metrics.ended(swept);
                  LOG.infof("deleted what nothing refers to: %s", swept);
                },
                () -> LOG.warn("nothing was deleted: to read all records took too long"));
      }
    } catch (Failure e) {
      LOG.warnf("the search for unused content goes on later: %s", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("the search for unused content failed", e);
    }
  }
}
