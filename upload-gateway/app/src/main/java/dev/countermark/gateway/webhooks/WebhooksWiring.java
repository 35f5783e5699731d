package dev.countermark.gateway.webhooks;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.Failure;
import dev.countermark.gateway.auth.GatewaySecrets;
import dev.countermark.gateway.kit.GatewayResources;
import dev.countermark.gateway.letters.Letters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Puts the webhooks together, and looks from time to time what waits. */
@ApplicationScoped
class WebhooksWiring {
  private static final Logger LOG = Logger.getLogger(WebhooksWiring.class);

  private static final long PAUSE_MILLIS = 2_000;

  /** Looking takes a twentieth of a thread at most, however much waits. */
  private static final int PAUSES_PER_LOOK = 20;

  @Produces
  @Singleton
  Webhooks webhooks(BlobStore store, GatewaySecrets secrets, Clock clock) {
    return new Webhooks(store, secrets.secret(), clock);
  }

  @Produces
  @Singleton
  HttpSender sender(Vertx vertx, NameResolver names, WebhooksConfig config, Clock clock) {
    List<Network> allowed =
        config.allowedNetworks().orElse(List.of()).stream().map(Network::of).toList();
    return new HttpSender(
        vertx,
        names,
        new AddressPolicy(allowed),
        config.trustCertificates(),
        config.timeout(),
        clock);
  }

  void close(@Disposes HttpSender sender) {
    sender.close();
  }

  @Produces
  @Singleton
  DnsResolver names(Vertx vertx) {
    return new DnsResolver(vertx);
  }

  void close(@Disposes DnsResolver names) {
    names.close();
  }

  @Produces
  @Singleton
  Undeliverable undeliverable(
      Instance<Letters> letters, Instance<Deliveries> deliveries, Clock clock) {
    return new Undeliverable(letters::get, deliveries::get, clock);
  }

  @Produces
  @Singleton
  Deliveries deliveries(
      BlobStore store,
      Webhooks webhooks,
      HttpSender sender,
      Undeliverable undeliverable,
      GatewayResources resources,
      MeterRegistry meters,
      Clock clock) {
    for (Attempt.Result result : Attempt.Result.values()) {
      tries(meters, result);
    }
    Counter givenUp =
        Counter.builder("countermark.webhooks.given.up")
            .description("Events that became dead letters")
            .register(meters);
    Deliveries deliveries =
        new Deliveries(
            new Deliveries.Parts(
                store,
                webhooks,
                sender,
                (target, name, delivery, why) -> {
                  undeliverable.bury(target, name, delivery, why);
                  givenUp.increment();
                },
                attempt -> tries(meters, attempt.result()).increment(),
                new Backoff(new SecureRandom()),
                resources.webhooks(),
                UUID.randomUUID().toString(),
                clock));
    Gauge.builder("countermark.webhooks.waiting", deliveries, Deliveries::waiting)
        .description("Events that receivers do not have yet, of all gateways")
        .register(meters);
    Gauge.builder("countermark.webhooks.in.flight", deliveries, Deliveries::inFlight)
        .description("Receivers that this gateway waits for")
        .register(meters);
    return deliveries;
  }

  private static Counter tries(MeterRegistry meters, Attempt.Result result) {
    return Counter.builder("countermark.webhooks.tries")
        .description("Tries to send an event")
        .tag("result", result.label())
        .register(meters);
  }

  void start(@Observes StartupEvent started, Deliveries deliveries, GatewayResources resources) {
    look(deliveries, resources.webhooks(), PAUSE_MILLIS);
  }

  private static void look(Deliveries deliveries, ScheduledExecutorService work, long pauseMillis) {
    ScheduledFuture<?> unused =
        work.schedule(
            () -> {
              Instant began = Instant.now();
              try {
                deliveries.scan();
              } catch (Failure e) {
                LOG.warnf("webhooks go on later: %s", e.getMessage());
              } catch (RuntimeException e) {
                LOG.error("webhooks go on later", e);
              }
              long took = Duration.between(began, Instant.now()).toMillis();
              look(deliveries, work, Math.max(PAUSE_MILLIS, took * PAUSES_PER_LOOK));
            },
            pauseMillis,
            TimeUnit.MILLISECONDS);
  }
}
