package dev.countermark.signer.service;

import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Obstacle;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Memory for packages while they are signed, of all formats of a process together: whoever reads
 * one draws what it will hold before it reads, and gives it back. Strangers may push many at once,
 * and each thread would hold one.
 */
public final class MemoryBudget {
  private static final int UNIT = 1 << 10;

  /** A record as text, taken apart, and what is made of it. */
  private static final int COPIES = 4;

  private final int units;
  private final Semaphore free;

  /** What this thread drew for records; null where nobody gives it back. */
  private final ThreadLocal<Integer> drawn = new ThreadLocal<>();

  private final int waiting;
  private final Duration patience;

  /**
   * @param bytes for all together; a single one is let in however small this is
   * @param waiting threads that may wait at the same time, about: the others serve packages that
   *     need no memory
   * @param patience longest wait
   */
  public MemoryBudget(long bytes, int waiting, Duration patience) {
    this.units = (int) Math.max(1, Math.min(Integer.MAX_VALUE, bytes / UNIT));
    // Fair, or a large one would wait as long as small ones come.
    this.free = new Semaphore(units, true);
    this.waiting = waiting;
    this.patience = patience;
  }

  /** Bytes for all together. */
  public long limit() {
    return (long) units * UNIT;
  }

  /** Bytes that are drawn now. */
  public long used() {
    return (long) (units - free.availablePermits()) * UNIT;
  }

  /** Threads that wait now, about. */
  int waiting() {
    return free.getQueueLength();
  }

  /**
   * Does something as soon as there is room for it.
   *
   * @param bytes that it will hold, at most
   * @throws Failure.Transient when there is none in time
   */
  public <T> T within(long bytes, Supplier<T> work) {
    // In one step with what the thread drew for the record: it could wait for itself.
    int record = drawn.get() == null ? 0 : drawn.get();
    if (record > 0) {
      drawn.set(0);
      free.release(record);
    }
    int needed = Math.min(units, units(bytes) + record);
    acquire(needed);
    try {
      return work.get();
    } finally {
      free.release(needed);
    }
  }

  private int units(long bytes) {
    return (int) Math.max(1, Math.min(units, (bytes + UNIT - 1) / UNIT));
  }

  /** Does something that reads records, one after the other. */
  public <T> T reading(Supplier<T> work) {
    drawn.set(0);
    try {
      return work.get();
    } finally {
      free.release(drawn.get());
      drawn.remove();
    }
  }

  /**
   * Draws for a record that this thread is about to read, in place of the one before.
   *
   * @param bytes of the record
   * @throws Failure.Transient when there is none in time
   */
  public void record(long bytes) {
    Integer held = drawn.get();
    if (held != null && units(COPIES * bytes) > held) {
      acquire(units(COPIES * bytes) - held);
      drawn.set(units(COPIES * bytes));
    }
  }

  private void acquire(int needed) {
    try {
      boolean room =
          waiting() < waiting
              ? free.tryAcquire(needed, patience.toNanos(), TimeUnit.NANOSECONDS)
              : !free.hasQueuedThreads() && free.tryAcquire(needed);
      if (!room) {
        throw new Failure.Transient(
            Obstacle.BUSY, "other packages hold all memory for packages", null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure.Transient("interrupted while waiting for memory", e);
    }
  }
}
