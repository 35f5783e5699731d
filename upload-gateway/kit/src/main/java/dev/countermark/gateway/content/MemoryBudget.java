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

  private final int units;
  private final Semaphore free;

  /**
   * @param bytes at most 128 TiB
   */
  public MemoryBudget(long bytes) {
    this.units = (int) Math.max(1, Math.min(bytes / UNIT, Integer.MAX_VALUE));
    this.free = new Semaphore(units, true);
  }

  /** Memory that is held until it is closed. */
  public final class Held implements AutoCloseable {
    private int held;

    private Held(int held) {
      this.held = held;
    }

    @Override
    public void close() {
      free.release(held);
      held = 0;
    }
  }

  /**
   * Takes memory. More than there is in all is taken as all of it, so that it is ever had.
   *
   * @throws BusyException when there is none for half a minute
   */
  public Held take(long bytes) {
    int needed = (int) Math.max(1, Math.min(units, (bytes + UNIT - 1) / UNIT));
    try {
      if (!free.tryAcquire(needed, WAIT_SECONDS, TimeUnit.SECONDS)) {
        throw new BusyException();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure.Transient("the gateway is stopping", e);
    }
    return new Held(needed);
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
