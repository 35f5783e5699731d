package dev.countermark.bench;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for conditions. */
public final class Poll {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final Duration INTERVAL = Duration.ofMillis(10);

  private Poll() {}

  /**
   * @throws IllegalStateException after five minutes
   */
  public static void until(String what, BooleanSupplier condition) {
    until(what, INTERVAL, condition);
  }

  /**
   * @param interval between two questions, which cost whoever answers them time, too
   * @throws IllegalStateException after five minutes
   */
  public static void until(String what, Duration interval, BooleanSupplier condition) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("not within " + LIMIT + ": " + what);
      }
      LockSupport.parkNanos(interval.toNanos());
    }
  }
}
