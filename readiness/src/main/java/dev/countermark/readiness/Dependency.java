package dev.countermark.readiness;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/**
 * Something that a service needs, as its readiness names it. It is tried when somebody asks, once a
 * second at most and one try at a time, by a thread of its own: what does not answer holds neither
 * those who ask nor what else is asked.
 */
public final class Dependency implements HealthCheck, AutoCloseable {
  /** Shorter than probes usually wait; what answers later serves no request in time either. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final Duration FRESH = Duration.ofSeconds(1);

  /** Uses the dependency as little as tells whether it can be used. */
  @FunctionalInterface
  public interface Probe {
    /**
     * @throws Exception when it cannot be used; the message says why, without secrets
     */
    void run() throws Exception;
  }

  private final String name;
  private final Probe probe;
  private final Duration patience;
  private final ExecutorService thread;
  private CompletableFuture<Optional<String>> last;
  private long askedAt;
  private volatile double seen = Double.NaN;

  public Dependency(String name, Probe probe) {
    this(name, probe, PATIENCE);
  }

  Dependency(String name, Probe probe, Duration patience) {
    this.name = name;
    this.probe = probe;
    this.patience = patience;
    this.thread =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread probing = new Thread(task, "readiness-" + name);
              probing.setDaemon(true);
              return probing;
            });
  }

  /** Shows those among {@code checks} that are dependencies, from now on. */
  public static void show(Iterable<HealthCheck> checks, MeterRegistry meters) {
    for (HealthCheck check : checks) {
      if (check instanceof Dependency dependency) {
        Gauge.builder("countermark.dependency.up", dependency, Dependency::up)
            .description("1 while what this service needs answers it, 0 while it does not")
            .tag("dependency", dependency.name)
            .strongReference(true)
            .register(meters);
      }
    }
  }

  /**
   * Asks, and waits for no answer.
   *
   * @return 1 when the last answer was that it can be used, 0 when it was that it cannot, or when
   *     there is none for too long; NaN before the first
   */
  double up() {
    synchronized (this) {
      if (!asked().isDone() && System.nanoTime() - askedAt >= patience.toNanos()) {
        return 0;
      }
    }
    return seen;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder answer = HealthCheckResponse.named(name).up();
    trouble().ifPresent(reason -> answer.down().withData("reason", reason));
    return answer.build();
  }

  /** Why it cannot be used; empty when it can. */
  private Optional<String> trouble() {
    try {
      return asked().get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return Optional.of("no answer within " + patience.toSeconds() + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    } catch (ExecutionException e) {
      throw new IllegalStateException("a probe's failure is its answer", e);
    }
  }

  private synchronized CompletableFuture<Optional<String>> asked() {
    long now = System.nanoTime();
    if (last == null || last.isDone() && now - askedAt >= FRESH.toNanos()) {
      askedAt = now;
      last = CompletableFuture.supplyAsync(this::tried, thread);
    }
    return last;
  }

  private Optional<String> tried() {
    try {
      probe.run();
      seen = 1;
      return Optional.empty();
    } catch (Exception e) {
      seen = 0;
      String message = e.getMessage();
      return Optional.of(message == null ? e.getClass().getSimpleName() : message);
    }
  }

  /** Closes the probe as well, where that can be closed. */
  @Override
  public void close() throws Exception {
    thread.shutdownNow();
    if (probe instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }
}
