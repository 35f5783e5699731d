package dev.countermark.signer.service;

import dev.countermark.signing.Timer;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads that sign, and the one that wakes what rests. */
final class SigningThreads {
  /** How long running work may take to end when the service stops, seconds. */
  private static final int GRACE = 5;

  private final ExecutorService workers;
  private final ScheduledThreadPoolExecutor alarms;

  SigningThreads(int threads) {
    this.workers = Executors.newFixedThreadPool(threads, named("signing-"));
    this.alarms = new ScheduledThreadPoolExecutor(1, named("retry-timer-"));
    // What rests when the service stops is delivered again.
    this.alarms.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  private static ThreadFactory named(String prefix) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, prefix + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  Executor workers() {
    return workers;
  }

  Timer timer() {
    return (delay, task) -> alarms.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  void close() {
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
