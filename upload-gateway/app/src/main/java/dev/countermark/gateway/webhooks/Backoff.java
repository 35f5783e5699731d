package dev.countermark.gateway.webhooks;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long a receiver that failed is left alone. */
final class Backoff {
  private static final Duration FIRST = Duration.ofSeconds(5);
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final int MOST_DOUBLINGS = 10;

  private final RandomGenerator random;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /**
   * Doubles from five seconds to an hour; a part of up to half of it is chance, so that those who
   * failed together do not come back together.
   *
   * @param failures in a row, from 1 on
   */
  Duration after(int failures) {
    Duration longest =
        FIRST.multipliedBy(1L << Math.min(Math.max(failures, 1) - 1, MOST_DOUBLINGS));
    long millis = Math.min(longest.toMillis(), LONGEST.toMillis());
    return Duration.ofMillis(millis - (long) (random.nextDouble() * millis / 2));
  }
}
