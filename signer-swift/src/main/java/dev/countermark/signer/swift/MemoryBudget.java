package dev.countermark.signer.swift;

import dev.countermark.contracts.Failure;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Bounds what releases that are signed at the same time hold in memory: an archive of many empty
 * files is small where it lies and large once its directory is read, and strangers may push many.
 */
final class MemoryBudget {
  /** What an archive can become, at most, to one byte of it. */
  private static final int UNFOLDING = 8;

  /** What the most entries that are taken become, bytes. */
  private static final long MOST = 48 << 20;

  private static final int UNIT = 1 << 10;

  private final int units;
  private final Semaphore free;

  /**
   * @param bytes for all releases together; a single one is let in however small this is
   */
  MemoryBudget(long bytes) {
    this.units = (int) Math.max(1, Math.min(Integer.MAX_VALUE, bytes / UNIT));
    // Fair, or a large one would wait as long as small ones come.
    this.free = new Semaphore(units, true);
  }

  /** A part of the heap; the rest is for everything else. */
  static MemoryBudget ofHeap() {
    return new MemoryBudget(Runtime.getRuntime().maxMemory() / 3);
  }

  /**
   * Does something with an archive as soon as there is room for it.
   *
   * @param size of the archive, bytes
   */
  <T> T within(long size, Supplier<T> work) {
    int needed = (int) Math.max(1, Math.min(units, Math.min(MOST, size * UNFOLDING) / UNIT));
    try {
      free.acquire(needed);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure.Transient("interrupted while waiting for memory", e);
    }
    try {
      return work.get();
    } finally {
      free.release(needed);
    }
  }
}
