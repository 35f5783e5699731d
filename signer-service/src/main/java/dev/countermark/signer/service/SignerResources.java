package dev.countermark.signer.service;

import dev.countermark.signing.SharedThreads;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import org.jboss.logging.Logger;

/**
 * What all formats of a process share, so that the sum is known however many there are: the threads
 * that sign, the one that wakes what rests, and the memory for packages.
 */
public final class SignerResources implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(SignerResources.class);

  /** How long running work may take to end when the service stops, seconds. */
  private static final int GRACE = 5;

  /** Longest wait of a thread for memory; what got none rests without a thread. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ExecutorService workers;
  private final ScheduledThreadPoolExecutor alarms;
  private final SharedThreads threads;
  private final MemoryBudget memory;

  /** Gauges of it; a registry that outlives it would keep showing what is no longer there. */
  private final List<Runnable> shown = new ArrayList<>();

  /**
   * @param threads that sign, uploads and resyncs of all formats together
   * @param resyncThreads those among them that resyncs may use
   * @param resting memory for what rests before another try, bytes
   * @param memory for packages of all formats together, bytes
   */
  SignerResources(int threads, int resyncThreads, long resting, long memory) {
    this.workers = Executors.newFixedThreadPool(threads, named("signing-"));
    this.alarms = new ScheduledThreadPoolExecutor(1, named("retry-timer-"));
    // What rests when the service stops is delivered again.
    this.alarms.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    this.threads =
        new SharedThreads(
            threads,
            resyncThreads,
            resting,
            workers,
            (delay, task) -> {
              ScheduledFuture<?> unused =
                  alarms.schedule(() -> wake(task), delay.toNanos(), TimeUnit.NANOSECONDS);
            });
    this.memory = new MemoryBudget(memory, Math.max(1, threads / 4), PATIENCE);
  }

  /**
   * Nobody asks the future: what is thrown would be seen by nobody, and the record rest for ever.
   */
  private static void wake(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("a record that rested was not woken", e);
    }
  }

  /**
   * With a share of this process's heap.
   *
   * @param memoryShare above 0 and below 1
   * @throws IllegalArgumentException when it is something else
   */
  static SignerResources ofHeap(int threads, int resyncThreads, long resting, double memoryShare) {
    if (!(memoryShare > 0 && memoryShare < 1)) {
      throw new IllegalArgumentException(
          "countermark.signer.memory-share must be above 0 and below 1, not " + memoryShare);
    }
    return new SignerResources(
        threads, resyncThreads, resting, (long) (Runtime.getRuntime().maxMemory() * memoryShare));
  }

  /** For every dispatcher of the process. */
  public SharedThreads threads() {
    return threads;
  }

  /** To be drawn from before a package is read. */
  public MemoryBudget memory() {
    return memory;
  }

  /** Shows what there is and what is used, as {@code countermark.resources.*}. */
  SignerResources watchedBy(MeterRegistry meters) {
    gauge(meters, "threads.limit", null, "Threads that sign", r -> r.threads.limit());
    gauge(meters, "threads.used", null, "Those of them that are busy", r -> r.threads.used());
    gauge(meters, "resting.used", "bytes", "Memory of what rests", r -> r.threads.resting());
    gauge(meters, "memory.limit", "bytes", "Memory for packages", r -> r.memory.limit());
    gauge(meters, "memory.used", "bytes", "What of it is drawn", r -> r.memory.used());
    return this;
  }

  private void gauge(
      MeterRegistry meters,
      String name,
      String unit,
      String description,
      ToDoubleFunction<SignerResources> value) {
    Gauge gauge =
        Gauge.builder("countermark.resources." + name, this, value)
            .baseUnit(unit)
            .description(description)
            .register(meters);
    shown.add(() -> meters.remove(gauge));
  }

  private static ThreadFactory named(String prefix) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, prefix + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  @Override
  public void close() {
    shown.forEach(Runnable::run);
    threads.close();
    alarms.shutdown();
    workers.shutdown();
    try {
      if (!workers.awaitTermination(GRACE, TimeUnit.SECONDS)) {
        workers.shutdownNow();
      }
    } catch (InterruptedException e) {
      workers.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
