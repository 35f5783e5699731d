package dev.countermark.gateway.wiring;

import dev.countermark.contracts.Failure;
import dev.countermark.gateway.events.Reconciler;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Runs the reconciler from time to time, outside of requests. */
@ApplicationScoped
class Sweeps {
  private static final Logger LOG = Logger.getLogger(Sweeps.class);

  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "sweeps");
            thread.setDaemon(true);
            return thread;
          });

  private final Reconciler reconciler;
  private final long minutes;

  /**
   * @param minutes between two sweeps; 0 for none
   */
  Sweeps(
      Reconciler reconciler,
      @ConfigProperty(name = "countermark.gateway.reconcile-minutes", defaultValue = "10")
          long minutes) {
    this.reconciler = reconciler;
    this.minutes = minutes;
  }

  void start(@Observes StartupEvent started) {
    if (minutes > 0) {
      timer.scheduleWithFixedDelay(this::reconcile, 1, minutes, TimeUnit.MINUTES);
    }
  }

  private void reconcile() {
    try {
      int published = reconciler.sweep();
      if (published > 0) {
        LOG.infof(
            "told the signers again of %d manifests that wait for their signature", published);
      }
    } catch (Failure e) {
      LOG.warnf("the search for unsigned manifests goes on later: %s", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("the search for unsigned manifests failed", e);
    }
  }

  void stop(@Observes ShutdownEvent stopping) {
    timer.shutdownNow();
  }
}
