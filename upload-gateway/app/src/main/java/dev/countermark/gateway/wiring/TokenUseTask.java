package dev.countermark.gateway.wiring;

import dev.countermark.gateway.auth.TokenUses;
import dev.countermark.gateway.kit.GatewayResources;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import java.util.concurrent.TimeUnit;

/** Writes down now and then which tokens were used. */
class TokenUseTask {
  private static final long PERIOD_SECONDS = 5;

  void start(@Observes StartupEvent started, TokenUses uses, GatewayResources resources) {
    var unused =
        resources
            .maintenance()
            .scheduleWithFixedDelay(uses::write, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
  }
}
