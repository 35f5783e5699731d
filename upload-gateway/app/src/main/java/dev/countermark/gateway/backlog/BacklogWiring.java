package dev.countermark.gateway.backlog;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.Obstacle;
import dev.countermark.gateway.events.WaitingPackages;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.GatewayResources;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Asks from time to time how far the signers are, and shows it. */
@ApplicationScoped
class BacklogWiring {
  private static final Logger LOG = Logger.getLogger(BacklogWiring.class);

  private final Duration interval;

  /**
   * @param interval between two looks at how far the signers are behind; 0 for none
   */
  BacklogWiring(
      @ConfigProperty(name = "countermark.gateway.backlog-interval", defaultValue = "PT15S")
          Duration interval) {
    this.interval = interval;
  }

  @Produces
  @Singleton
  KafkaBacklogs source(@Identifier("default-kafka-broker") Map<String, Object> settings) {
    return new KafkaBacklogs(settings);
  }

  void close(@Disposes KafkaBacklogs source) {
    source.close();
  }

  @Produces
  @Singleton
  Backlogs backlogs(
      KafkaBacklogs source, GatewayFormats formats, WaitingPackages waiting, Clock clock) {
    List<Queue> queues = new ArrayList<>();
    formats.all().forEach(format -> queues.addAll(Queue.of(format.format())));
    return new Backlogs(queues, source, waiting::oldest, clock);
  }

  void start(
      @Observes StartupEvent started,
      Backlogs backlogs,
      GatewayFormats formats,
      WaitingPackages waiting,
      GatewayResources resources,
      MeterRegistry meters) {
    formats.all().forEach(format -> show(format.format(), waiting, meters));
    if (interval.toMillis() > 0) {
      backlogs.show(meters);
      ScheduledFuture<?> unused =
          resources
              .coordination()
              .scheduleWithFixedDelay(
                  () -> look(backlogs), 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private static void show(Format<?, ?> format, WaitingPackages waiting, MeterRegistry meters) {
    for (Obstacle obstacle : Obstacle.values()) {
      WaitingPackages.Reason reason = new WaitingPackages.Reason(format.label(), obstacle);
      Gauge.builder("countermark.waiting.packages", () -> waiting.noted(reason))
          .description("Packages that signers could not sign so far, of all gateways")
          .tags("format", format.label(), "code", obstacle.name().toLowerCase(Locale.ROOT))
          .register(meters);
    }
  }

  private static void look(Backlogs backlogs) {
    try {
      backlogs.look();
    } catch (IOException e) {
      LOG.debugf("how far signers are is looked at again soon: %s", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("how far signers are cannot be told", e);
    }
  }
}
