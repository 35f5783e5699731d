package dev.countermark.gateway.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SilentSignersTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
  private final SilentSigners signers = new SilentSigners(nanos::get);

  @Test
  void areSilentUntilTheyAreHeardAgain() {
    signers.heard("a");
    signers.waitedInVain("a", signers.heardSoFar("a"));
    assertThat(signers.areSilent("a")).isTrue();
    assertThat(signers.areSilent("b")).isFalse();

    signers.heard("a");
    assertThat(signers.areSilent("a")).isFalse();
  }

  @Test
  void areOnlyBusyWhenTheySignForOthers() {
    long before = signers.heardSoFar("a");
    signers.heard("a");
    signers.waitedInVain("a", before);

    assertThat(signers.areSilent("a")).isFalse();
  }

  @Test
  void areTriedAgainAfterAWhile() {
    signers.waitedInVain("a", 0);
    nanos.addAndGet(Duration.ofSeconds(59).toNanos());
    assertThat(signers.areSilent("a")).isTrue();

    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    assertThat(signers.areSilent("a")).isFalse();
  }
}
