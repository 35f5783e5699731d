package dev.countermark.signing;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Exponential backoff with full jitter: the wait before try n+1 is anything from nothing to {@code
 * base · 2^(n-1)}, at most {@code cap}, so that those who failed together do not come back
 * together.
 *
 * @param base upper bound of the first wait
 * @param cap upper bound of every wait
 * @param maxAttempts tries in all, the first one included
 * @param maxElapsed no further try is planned when it would begin later than this after the first
 * @param rest before the single tries that follow these, and those of what does not pass by itself;
 *     up to a quarter longer
 */
public record RetryPolicy(
    Duration base, Duration cap, int maxAttempts, Duration maxElapsed, Duration rest) {
  public RetryPolicy {
    if (base.isNegative()
        || base.isZero()
        || cap.compareTo(base) < 0
        || maxAttempts < 1
        || rest.isNegative()
        || rest.isZero()) {
      throw new IllegalArgumentException(
          "a retry policy needs 0 < base <= cap, at least one attempt and 0 < rest, got base "
              + base
              + ", cap "
              + cap
              + ", attempts "
              + maxAttempts
              + ", rest "
              + rest);
    }
  }

  /** The wait before a try that nobody remembers meanwhile. */
  Duration rest(RandomGenerator random) {
    return rest.plusMillis(random.nextLong(rest.toMillis() / 4 + 1));
  }

  /**
   * @param attempts tries made so far, at least 1
   * @param elapsed time since the first try began
   * @return how long to wait before the next try, or empty when there shall be none
   */
  public Optional<Duration> next(int attempts, Duration elapsed, RandomGenerator random) {
    if (attempts >= maxAttempts) {
      return Optional.empty();
    }
    Duration wait = backoff(attempts, random);
    return elapsed.plus(wait).compareTo(maxElapsed) > 0 ? Optional.empty() : Optional.of(wait);
  }

  /** The wait after {@code attempts} tries, whatever the limits say. */
  Duration backoff(int attempts, RandomGenerator random) {
    long bound = cap.toNanos();
    int doublings = attempts - 1;
    if (doublings < Long.numberOfLeadingZeros(base.toNanos()) - 1) {
      bound = Math.min(bound, base.toNanos() << doublings);
    }
    return Duration.ofNanos(random.nextLong(bound + 1));
  }
}
