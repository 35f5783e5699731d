package dev.countermark.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
  private static final Duration REST = Duration.ofMinutes(15);

  private final RetryPolicy policy =
      new RetryPolicy(
          Duration.ofMillis(200), Duration.ofSeconds(10), 50, Duration.ofMinutes(5), REST);

  @Test
  void waitsAtMostTwiceAsLongAfterEachTryUpToTheCap() {
    Random random = new Random(7);
    for (int attempts = 1; attempts < 50; attempts++) {
      long bound = attempts > 6 ? 10_000 : Math.min(10_000, 200L << (attempts - 1));
      for (int i = 0; i < 50; i++) {
        assertThat(policy.next(attempts, Duration.ZERO, random).orElseThrow())
            .isBetween(Duration.ZERO, Duration.ofMillis(bound));
      }
    }
  }

  @Test
  void usesTheWholeRangeSoThatWaitersSpread() {
    Random random = new Random(7);
    double mean =
        random
            .ints(2_000)
            .mapToLong(i -> policy.next(4, Duration.ZERO, random).orElseThrow().toMillis())
            .average()
            .orElseThrow();

    assertThat(mean).isBetween(750.0, 850.0); // half of 200 ms * 2^3
  }

  @Test
  void spreadsThoseThatRestOverAQuarterMore() {
    Random random = new Random(7);
    for (int i = 0; i < 50; i++) {
      assertThat(policy.rest(random)).isBetween(REST, REST.plus(REST.dividedBy(4)));
    }
  }

  @Test
  void endsWithTheLastAttempt() {
    assertThat(policy.next(49, Duration.ZERO, new Random(1))).isPresent();
    assertThat(policy.next(50, Duration.ZERO, new Random(1))).isEmpty();
  }

  @Test
  void endsWhenTheNextTryWouldComeTooLate() {
    assertThat(policy.next(3, Duration.ofMinutes(6), new Random(1))).isEmpty();
  }

  @Test
  void survivesMoreDoublingsThanALongHolds() {
    assertThat(policy.backoff(1_000, new Random(1)))
        .isBetween(Duration.ZERO, Duration.ofSeconds(10));
  }

  @Test
  void refusesToBeMeaningless() {
    assertThatThrownBy(
            () ->
                new RetryPolicy(
                    Duration.ZERO, Duration.ofSeconds(1), 3, Duration.ofMinutes(1), REST))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
