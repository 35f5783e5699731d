package dev.countermark.gateway.scrub;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** Spreads work over time: so many bytes a second, on the average. For one thread. */
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
    long now = nanoTime.getAsLong();
    if (free > now) {
      sleep.accept(free - now);
    } else {
      free = now;
    }
    free += (long) ((double) bytes / rate * TimeUnit.SECONDS.toNanos(1));
  }

  /** Bytes that may be read in that time. */
  long in(Duration time) {
    return Math.max(1, rate * time.toSeconds());
  }
}
