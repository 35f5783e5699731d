package dev.countermark.signing;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SigningMetricsTest {
  @Test
  void countsWhatSaysThatItIsOlderOrYoungerThanAnythingCanBe() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    SigningMetrics metrics = new SigningMetrics(registry, "echo");

    metrics.signed(Lane.RESYNC, Duration.between(Instant.MIN, Instant.EPOCH));
    metrics.signed(Lane.RESYNC, Duration.between(Instant.MAX, Instant.EPOCH));

    assertThat(registry.get("countermark.signing.lag").timer().count()).isEqualTo(2);
  }
}
