package dev.countermark.gateway.wiring;

import dev.countermark.contracts.Failure;
import dev.countermark.gateway.events.GatewayLives;
import dev.countermark.gateway.events.Reconciler;
import dev.countermark.gateway.events.WaitingPackages;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/** Looks for packages that signers must be told of again; says itself what goes wrong. */
@Singleton
class ReconcileTask {
  private static final Logger LOG = Logger.getLogger(ReconcileTask.class);

  private final Reconciler reconciler;
  private final WaitingPackages waiting;
  private final GatewayLives lives;

  ReconcileTask(Reconciler reconciler, WaitingPackages waiting, GatewayLives lives) {
    this.reconciler = reconciler;
    this.waiting = waiting;
    this.lives = lives;
  }

  void live() {
    try {
      lives.beat();
    } catch (RuntimeException e) {
      LOG.warnf("other gateways are not told that this one lives: %s", e.getMessage());
    }
  }

  void reconcile() {
    try {
      int published = reconciler.reconcile() + reconciler.goThroughAll();
      if (published > 0) {
        LOG.infof("told the signers again of %d packages that want a signature", published);
      }
    } catch (Failure e) {
      LOG.warnf("the search for unsigned packages goes on later: %s", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("the search for unsigned packages failed", e);
    }
  }

  void tellOfWaiting() {
    try {
      int told = waiting.tell();
      if (told > 0) {
        LOG.infof("handed in %d packages again whose next try is due", told);
      }
    } catch (Failure e) {
      LOG.warnf("packages that wait are handed in later: %s", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("packages that wait were not handed in", e);
    }
  }
}
