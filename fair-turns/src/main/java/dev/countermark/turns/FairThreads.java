package dev.countermark.turns;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;

/**
 * Threads that tenants take turns on: first come first served among the tasks of one, and however
 * many tasks one has, another's waits for no more than those that are being done. One tenant never
 * has more than three quarters of them, so that not even those take all.
 */
public final class FairThreads implements AutoCloseable {
  private final int threads;
  private final int mostOfTenant;
  private final ExecutorService pool;
  private final FairQueue<Turn> waiting = new FairQueue<>();
  private final Map<String, Integer> running = new HashMap<>();

  /** Threads that look for a turn or have one. */
  private int busy;

  private boolean closed;

  private record Turn(String tenant, String part, Runnable task) {}

  public FairThreads(int threads, ThreadFactory factory) {
    this.threads = threads;
    this.mostOfTenant = Math.max(1, threads / 4 * 3);
    this.pool = Executors.newFixedThreadPool(threads, factory);
  }

  /**
   * Where a tenant's tasks wait for their turns. A task that throws ends with its thread's handler
   * of uncaught exceptions, and takes nothing from others.
   */
  public Executor of(String tenant) {
    return of(tenant, "");
  }

  /** The same for a part of a tenant: its parts take the tenant's turns in turn. */
  public Executor of(String tenant, String part) {
    return task -> add(new Turn(tenant, part, task));
  }

  private void add(Turn turn) {
    synchronized (this) {
      if (closed) {
        throw new RejectedExecutionException("closed");
      }
      waiting.add(turn.tenant(), turn.part(), turn);
      if (busy == threads || !waiting.has(this::mayRun)) {
        return; // whoever ends a turn looks for the next
      }
      busy++;
    }
    pool.execute(this::work);
  }

  private boolean mayRun(String tenant) {
    return running.getOrDefault(tenant, 0) < mostOfTenant;
  }

  private void work() {
    for (Turn turn = next(); turn != null; turn = next()) {
      try {
        turn.task().run();
      } catch (RuntimeException | Error e) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
      } finally {
        ended(turn);
      }
    }
  }

  private synchronized Turn next() {
    if (!waiting.has(this::mayRun)) {
      busy--;
      return null;
    }
    Turn turn = waiting.next(this::mayRun);
    running.merge(turn.tenant(), 1, Integer::sum);
    return turn;
  }

  private synchronized void ended(Turn turn) {
    running.computeIfPresent(turn.tenant(), (t, n) -> n == 1 ? null : n - 1);
  }

  /** How many threads there are. */
  public int threads() {
    return threads;
  }

  /** How many of them work now. */
  public synchronized int busy() {
    return busy;
  }

  /** Takes no more; what waits is still done. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    pool.shutdown();
  }
}
