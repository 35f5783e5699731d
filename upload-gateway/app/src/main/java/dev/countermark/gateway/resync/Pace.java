package dev.countermark.gateway.resync;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Keeps a campaign to the rate that was asked for. Used by one thread. */
final class Pace {
  private Instant since;
  private long taken;

  Pace(Instant now) {
    this.since = now;
  }

  /**
   * How many more there may be now; counted anew each second, so that nothing is saved up.
   *
   * @param rate most in a second; absent for as many as one likes
   */
  int allowed(Optional<Integer> rate, Instant now) {
    if (rate.isEmpty()) {
      return Integer.MAX_VALUE;
    }
    long millis = Duration.between(since, now).toMillis();
    if (millis >= 1_000) {
      since = now;
      taken = 0;
      millis = 0;
    }
    return (int) Math.max(0, 1 + rate.get() * millis / 1_000 - taken);
  }

  /** One of them. */
  void took() {
    taken++;
  }
}
