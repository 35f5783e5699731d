package dev.countermark.gateway.oci;

import dev.countermark.blobs.BlobStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;

/**
 * Runs several tasks over one store so that they take turns, one call of the store at a time, in an
 * order that only the seed decides.
 */
final class Turns {
  private final Random random;
  private final Semaphore conductor = new Semaphore(0);
  private final ThreadLocal<Semaphore> mine = new ThreadLocal<>();

  Turns(Random random) {
    this.random = random;
  }

  /** The store as the tasks must use it. */
  BlobStore over(BlobStore store) {
    return before(
        store,
        (method, key) -> {
          conductor.release();
          mine.get().acquireUninterruptibly();
        });
  }

  /**
   * The store, and something that happens before each call.
   *
   * @param action gets the method and the key or prefix
   */
  static BlobStore before(BlobStore store, BiConsumer<String, String> action) {
    return (BlobStore)
        Proxy.newProxyInstance(
            Turns.class.getClassLoader(),
            new Class<?>[] {BlobStore.class},
            (proxy, method, arguments) -> {
              action.accept(method.getName(), (String) arguments[0]);
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private final class Actor extends Thread {
    private final Semaphore go = new Semaphore(0);
    private final Runnable task;
    private volatile boolean done;
    private volatile Throwable failure;

    Actor(Runnable task) {
      this.task = task;
      setDaemon(true);
    }

    @Override
    public void run() {
      mine.set(go);
      go.acquireUninterruptibly();
      try {
        task.run();
      } catch (Throwable e) {
        failure = e;
      } finally {
        done = true;
        conductor.release();
      }
    }
  }

  /** Returns when all have ended; throws what one of them threw. */
  void play(List<Runnable> tasks) {
    List<Actor> waiting = new ArrayList<>();
    for (Runnable task : tasks) {
      Actor actor = new Actor(task);
      actor.start();
      waiting.add(actor);
    }
    while (!waiting.isEmpty()) {
      Actor next = waiting.get(random.nextInt(waiting.size()));
      next.go.release();
      conductor.acquireUninterruptibly();
      if (next.done) {
        waiting.remove(next);
        if (next.failure != null) {
          throw new AssertionError(next.failure);
        }
      }
    }
  }
}
