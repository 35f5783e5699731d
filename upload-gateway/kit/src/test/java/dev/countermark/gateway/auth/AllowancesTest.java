package dev.countermark.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.testkit.time.HandSetClock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AllowancesTest {
  private static final int IN_MINUTE = 6;
  private static final int NAMES = 4;
  private static final Duration ONE = Duration.ofSeconds(10);

  private final HandSetClock clock = new HandSetClock(Instant.parse("2026-11-24T08:00:00Z"));
  private final Allowances allowances = new Allowances(IN_MINUTE, NAMES, clock);

  private int takeAll(String name) {
    int taken = 0;
    while (allowances.take(name).isZero()) {
      taken++;
    }
    return taken;
  }

  @Test
  void aMinutesWorthIsThereAtOnceAndGrowsBackEvenly() {
    assertThat(takeAll("a")).isEqualTo(IN_MINUTE);
    assertThat(allowances.wait("a")).isEqualTo(ONE);

    clock.advance(ONE.dividedBy(2));
    assertThat(allowances.take("a")).isEqualTo(ONE.dividedBy(2));
    clock.advance(ONE.dividedBy(2).plus(ONE));
    assertThat(takeAll("a")).isEqualTo(2);
    clock.advance(Duration.ofHours(1));
    assertThat(takeAll("a")).isEqualTo(IN_MINUTE);
  }

  @Test
  void whoIsRefusedLosesNothingByAsking() {
    takeAll("a");
    for (int i = 0; i < 1_000; i++) {
      assertThat(allowances.take("a")).isEqualTo(ONE);
    }
    clock.advance(ONE);
    assertThat(allowances.take("a")).isZero();
  }

  @Test
  void nobodyFeelsAnother() {
    takeAll("a");

    assertThat(allowances.wait("b")).isZero();
    assertThat(takeAll("b")).isEqualTo(IN_MINUTE);
  }

  @Test
  void whoHasAllAgainIsForgotten() {
    for (String name : new String[] {"a", "b", "c"}) {
      allowances.take(name);
    }
    assertThat(allowances.remembered()).isEqualTo(3);

    clock.advance(ONE);
    allowances.wait("a");

    assertThat(allowances.remembered()).isZero();
  }

  @Test
  void aClockThatIsSetBackMakesNobodyWaitForLong() {
    takeAll("a");
    clock.advance(Duration.ofHours(-3));

    assertThat(allowances.wait("a")).isEqualTo(ONE);
    clock.advance(ONE);
    assertThat(allowances.take("a")).isZero();
    assertThat(allowances.take("a")).isEqualTo(ONE);
    clock.advance(Duration.ofMinutes(1));
    takeAll("a");
  }

  /** Having others come in between is no way to begin anew. */
  @Test
  void whoIsForcedOutHasNotMoreWhenHeComesAgain() {
    takeAll("attacker");
    for (int i = 0; i < 100; i++) {
      allowances.take("other" + i);
      assertThat(allowances.take("attacker")).isPositive();
    }
    assertThat(allowances.remembered()).isEqualTo(NAMES);
  }

  /** Whatever comes in whatever order, nobody is granted what an own bucket would not grant. */
  @Test
  void noOneEverHasMoreThanIfAllWereRemembered() {
    Random random = new Random(7);
    Map<String, Allowances> exact = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      clock.advance(Duration.ofMillis(random.nextInt(900)));
      String name = "n" + (int) Math.abs(random.nextGaussian() * 5);
      Allowances own = exact.computeIfAbsent(name, n -> new Allowances(IN_MINUTE, 1, clock));
      if (allowances.take(name).isZero()) {
        assertThat(own.take(name)).as("request %d of %s", i, name).isZero();
      }
      assertThat(allowances.remembered()).isLessThanOrEqualTo(NAMES);
    }
  }
}
