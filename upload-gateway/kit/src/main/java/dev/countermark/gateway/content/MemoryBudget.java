package dev.countermark.gateway.content;

import dev.countermark.contracts.Failure;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Bytes that requests of all formats may hold in memory together. Who finds none left waits a
 * while, in order of arrival, or a large request would wait as long as small ones come.
 */
public final class MemoryBudget {
  private static final int UNIT = 64 << 10;
  private static final long WAIT_SECONDS = 30;
  private static final long GROW_SECONDS = 2;

  /** Threads that may wait for memory for records: the others serve what needs none. */
  private static final int MOST_WAITING = 16;

  private final int units;
  private final Semaphore free;
  private final ThreadLocal<Held> scope = new ThreadLocal<>();

  /**
   * @param bytes at most 128 TiB
   */
  public MemoryBudget(long bytes) {
    this.units = (int) Math.max(1, Math.min(bytes / UNIT, Integer.MAX_VALUE));
    this.free = new Semaphore(units, true);
  }

  /** Memory that is held until it is closed; may grow and shrink until then. */
  public final class Held implements AutoCloseable {
    private int held;
    private int largestRecord;
    private boolean closed;

    private Held(int held) {
      this.held = held;
    }

    /**
     * Takes more. Whoever holds some already does not wait for long: two of them could wait for
     * each other.
     *
     * @throws BusyException when there is none, or when too many wait already
     */
    public void grow(long bytes) {
      int before;
      int more;
      synchronized (this) {
        before = held;
        more = Math.min(units(bytes), units - held);
      }
      // Not within the lock: whoever closes is an event loop, and must not wait.
      if (more > 0
          && (free.getQueueLength() >= MOST_WAITING
              || !acquire(more, before == 0 ? WAIT_SECONDS : GROW_SECONDS))) {
        throw new BusyException();
      }
      synchronized (this) {
        if (closed) {
          free.release(more);
          throw new BusyException();
        }
        held += more;
      }
    }

    /**
     * Takes more if there is some at once; never waits.
     *
     * @return whether there was
     */
    public boolean tryGrow(long bytes) {
      int more = units(bytes);
      if (!free.tryAcquire(more)) {
        return false;
      }
      synchronized (this) {
        if (closed) {
          free.release(more);
          return false;
        }
        held += more;
        return true;
      }
    }

    /** Takes what a record needs that is read in place of the one before. */
    public void growForRecord(long bytes) {
      int needed = units(bytes);
      int more = needed - largestRecord;
      if (more > 0) {
        grow((long) more * UNIT);
        largestRecord = needed;
      }
    }

    /** Gives back what is above a number of bytes. */
    public synchronized void shrinkTo(long bytes) {
      int left = bytes == 0 ? 0 : Math.min(held, units(bytes));
      free.release(held - left);
      held = left;
      largestRecord = 0; // the next one is drawn for anew
    }

    @Override
    public synchronized void close() {
      closed = true;
      shrinkTo(0);
    }
  }

  /** Runs a task that is no request's; what it draws for records is given back at its end. */
  public void scoped(Runnable task) {
    try (Held held = none()) {
      scoped(held, task);
    }
  }

  /** Runs a task that draws for records on an account, of a request that another thread began. */
  public void scoped(Held held, Runnable task) {
    Held before = scope.get();
    scope.set(held);
    try {
      task.run();
    } finally {
      if (before == null) {
        scope.remove();
      } else {
        scope.set(before);
      }
    }
  }

  /** What the task on this thread holds; null when it runs in no scope. */
  public Held inScope() {
    return scope.get();
  }

  /** None so far, for a request that may need some. */
  public Held none() {
    return new Held(0);
  }

  /**
   * Takes memory. More than there is in all is taken as all of it, so that it is ever had.
   *
   * @throws BusyException when there is none for half a minute
   */
  public Held take(long bytes) {
    int needed = units(bytes);
    if (!acquire(needed, WAIT_SECONDS)) {
      throw new BusyException();
    }
    return new Held(needed);
  }

  private int units(long bytes) {
    return (int) Math.max(1, Math.min(units, (bytes + UNIT - 1) / UNIT));
  }

  private boolean acquire(int needed, long seconds) {
    try {
      return free.tryAcquire(needed, seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure.Transient("the gateway is stopping", e);
    }
  }

  /** Bytes in all. */
  public long limit() {
    return (long) units * UNIT;
  }

  /** Bytes that are held now. */
  public long used() {
    return (long) (units - free.availablePermits()) * UNIT;
  }
}
