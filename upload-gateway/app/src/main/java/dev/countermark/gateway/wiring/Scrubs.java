package dev.countermark.gateway.wiring;

import dev.countermark.gateway.kit.GatewayResources;
import dev.countermark.gateway.scrub.Scrub;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Compares what is stored with its hashes, outside of requests. */
@ApplicationScoped
class Scrubs {
  /** Between two slices; also how late another gateway's find is seen. */
  private static final long PAUSE_SECONDS = 5;

  private final Scrub scrub;
  private final GatewayResources resources;

  Scrubs(Scrub scrub, GatewayResources resources) {
    this.scrub = scrub;
    this.resources = resources;
  }

  void start(@Observes StartupEvent started) {
    // At once: what other gateways found is not to be handed out by this one.
    repeat(scrub::look, 0);
    repeat(scrub::pass, PAUSE_SECONDS);
  }

  /** What goes wrong is said by the task itself: nobody asks its future. */
  private void repeat(Runnable task, long first) {
    ScheduledFuture<?> unused =
        resources
            .maintenance()
            .scheduleWithFixedDelay(task, first, PAUSE_SECONDS, TimeUnit.SECONDS);
  }
}
