package dev.countermark.gateway.wiring;

import dev.countermark.contracts.Failure;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.GatewayResources;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Has formats go on, at once and every minute, with what a gateway that ended left half done. */
@ApplicationScoped
class Continuations {
  private static final Logger LOG = Logger.getLogger(Continuations.class);

  private final GatewayFormats formats;
  private final GatewayResources resources;

  Continuations(GatewayFormats formats, GatewayResources resources) {
    this.formats = formats;
    this.resources = resources;
  }

  void start(@Observes StartupEvent started) {
    ScheduledFuture<?> unused =
        resources.maintenance().scheduleWithFixedDelay(this::goOn, 0, 1, TimeUnit.MINUTES);
  }

  private void goOn() {
    for (GatewayFormat<?, ?> format : formats.all()) {
      try {
        format.goOn();
      } catch (Failure e) {
        LOG.warnf("what was left half done waits: %s", e.getMessage());
      } catch (RuntimeException e) {
        LOG.error("what was left half done cannot be gone on with", e);
      }
    }
  }
}
