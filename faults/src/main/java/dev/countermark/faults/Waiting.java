package dev.countermark.faults;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits, for times and for conditions. */
final class Waiting {
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 1_000;
  private static final long INTERVAL_MILLIS = 200;

  private Waiting() {}

  static void millis(long millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
      if (Thread.currentThread().isInterrupted()) {
        throw new IllegalStateException("interrupted");
      }
    }
  }

  /** What a client waits after so many tries that came to nothing. */
  static void beforeTry(int number) {
    long longest = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(number, 10));
    millis(ThreadLocalRandom.current().nextLong(longest / 2, longest + 1));
  }

  /**
   * @return whether it came true in time; what is not answered meanwhile is not true yet
   */
  static boolean until(Duration limit, BooleanSupplier condition) {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      try {
        if (condition.getAsBoolean()) {
          return true;
        }
      } catch (UncheckedIOException e) {
        // not yet
      }
      if (System.nanoTime() > end) {
        return false;
      }
      millis(INTERVAL_MILLIS);
    }
  }

  /**
   * Asks again while nothing answers.
   *
   * @throws UncheckedIOException the last one, when the time is over
   */
  static <T> T answer(Duration limit, Supplier<T> question) {
    long end = System.nanoTime() + limit.toNanos();
    for (int attempt = 0; ; attempt++) {
      try {
        return question.get();
      } catch (UncheckedIOException e) {
        if (System.nanoTime() > end) {
          throw e;
        }
      }
      beforeTry(attempt);
    }
  }
}
