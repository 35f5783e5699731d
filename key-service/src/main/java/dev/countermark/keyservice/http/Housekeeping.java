package dev.countermark.keyservice.http;

import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keyservice.Denials;
import dev.countermark.keyservice.KeyService;
import dev.countermark.keyservice.RsaProvider;
import dev.countermark.readiness.Dependency;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.annotations.CommandLineArguments;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/** Checks the settings when the service starts, and writes refused calls to their chain. */
@ApplicationScoped
class Housekeeping {
  private static final Logger LOG = Logger.getLogger(Housekeeping.class);

  private final Instance<Denials> denials;
  private final Instance<Clients> clients;
  private final Instance<KeyService> service;
  private final Instance<HealthCheck> readiness;
  private final MeterRegistry meters;
  private final boolean serving;
  private final ScheduledExecutorService flusher =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "denials");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param denials not made for a command
   * @param clients not made for a command
   * @param service not made for a command: one of them is for a bucket that has no service yet
   * @param readiness not made for a command: it is that of the service
   * @param arguments of the command line; none for the service
   */
  Housekeeping(
      Instance<Denials> denials,
      Instance<Clients> clients,
      Instance<KeyService> service,
      @Readiness Instance<HealthCheck> readiness,
      MeterRegistry meters,
      @CommandLineArguments String[] arguments) {
    this.denials = denials;
    this.clients = clients;
    this.service = service;
    this.readiness = readiness;
    this.meters = meters;
    this.serving = arguments.length == 0;
    Gauge.builder("countermark.keys.rsa.provider", () -> 1)
        .description("1 for the provider that computes with private RSA keys")
        .tag("provider", RsaProvider.chosen().name().toLowerCase(Locale.ROOT))
        .register(meters);
  }

  void start(@Observes StartupEvent event) {
    if (!serving) {
      return;
    }
    if (clients.get().isEmpty()) {
      LOG.warn("no countermark.keyservice.clients are configured: every call will be refused");
    }
    KeyMetrics.show(service.get(), meters);
    Dependency.show(readiness, meters);
    ScheduledFuture<?> unused = flusher.scheduleWithFixedDelay(this::flush, 1, 1, TimeUnit.SECONDS);
    for (Purpose purpose : service.get().certified()) {
      if (clients.get().anyFor(purpose)) {
        Thread preparation = new Thread(() -> prepare(purpose), purpose.label() + "-authority");
        preparation.setDaemon(true);
        preparation.start();
      }
    }
  }

  private void prepare(Purpose purpose) {
    try {
      service.get().prepare(purpose);
    } catch (RuntimeException e) {
      LOG.warnf(
          "the authority of %s is left to its first use: %s", purpose.label(), e.getMessage());
    }
  }

  void stop(@Observes ShutdownEvent event) {
    flusher.shutdown();
    if (serving) {
      flush();
    }
  }

  private void flush() {
    try {
      denials.get().flush();
    } catch (RuntimeException e) {
      // They are kept for the next time.
      LOG.warn("cannot write refused calls to the audit log: " + e.getMessage());
    }
  }
}
