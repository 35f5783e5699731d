package dev.countermark.gateway.scrub;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** Spreads work over time: so many bytes a second, on the average. */
final class Pace {
  private final long rate;
  private final LongSupplier nanoTime;
  private final LongConsumer sleep;
  private long free;

  /**
   * @param rate bytes a second, at least 1
   * @param sleep gets nanoseconds
   */
  Pace(long rate, LongSupplier nanoTime, LongConsumer sleep) {
    this.rate = rate;
    this.nanoTime = nanoTime;
    this.sleep = sleep;
    this.free = nanoTime.getAsLong();
  }

  /** Returns when so many bytes may be read; what was not read before is not made up for. */
  void take(long bytes) {
    long wait = waiting(bytes);
    if (wait > 0) {
      sleep.accept(wait);
    }
  }

  private synchronized long waiting(long bytes) {
    long now = nanoTime.getAsLong();
    long wait = Math.max(0, free - now);
    free = now + wait + (long) ((double) bytes / rate * TimeUnit.SECONDS.toNanos(1));
    return wait;
  }

  /** Bytes that may be read in that time. */
  long in(Duration time) {
    return Math.max(1, rate * time.toSeconds());
  }
}
