package dev.countermark.gateway.wiring;

import dev.countermark.gateway.kit.GatewayResources;
import dev.countermark.readiness.BrokerProbe;
import dev.countermark.readiness.Dependency;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Sees to it that the broker has the platform's topics, also when it has lost them. */
@ApplicationScoped
class TopicTask {
  private static final Logger LOG = Logger.getLogger(TopicTask.class);

  /** Whoever starts everything at once starts the broker, too. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final long PAUSE_SECONDS = 10;

  /** Before any channel is connected: a consumer finds a topic that is made later only later. */
  void start(
      @Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent started,
      @Identifier("broker") Dependency.Probe probe,
      GatewayResources resources) {
    if (probe instanceof BrokerProbe broker) {
      broker
          .prepare(PATIENCE)
          .ifPresent(why -> LOG.warnf("the broker's topics are made later: %s", why));
      ScheduledFuture<?> unused =
          resources
              .coordination()
              .scheduleWithFixedDelay(
                  () -> look(broker), PAUSE_SECONDS, PAUSE_SECONDS, TimeUnit.SECONDS);
    }
  }

  private static void look(BrokerProbe broker) {
    broker
        .prepare(Duration.ZERO)
        .ifPresent(why -> LOG.debugf("the broker's topics are looked for later: %s", why));
  }
}
