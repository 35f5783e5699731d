package dev.countermark.gateway.views;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * The reads of one request, a few at a time: the pool that all requests share has never more of one
 * request before it than that, however many things the request names. What has not begun can be
 * taken back.
 */
public final class SideBySide {
  /** Enough to hide the store's time to answer. */
  private static final int WIDTH = 8;

  private final Executor pool;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private int running;

  /**
   * @param pool shared with other requests
   */
  public SideBySide(Executor pool) {
    this.pool = pool;
  }

  public <T> CompletableFuture<T> read(Supplier<T> read) {
    return CompletableFuture.supplyAsync(read, this::take);
  }

  /** Begins nothing more: what was not begun never ends, so nobody may wait for it. */
  public synchronized void stop() {
    waiting.clear();
  }

  /** Waits for a read. */
  public static <T> T joined(CompletableFuture<T> read) {
    try {
      return read.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private synchronized void take(Runnable task) {
    if (running == WIDTH) {
      waiting.add(task);
    } else {
      running++;
      begin(task);
    }
  }

  private void begin(Runnable task) {
    pool.execute(
        () -> {
          try {
            task.run();
          } finally {
            next();
          }
        });
  }

  private synchronized void next() {
    Runnable task = waiting.poll();
    if (task == null) {
      running--;
    } else {
      begin(task);
    }
  }
}
