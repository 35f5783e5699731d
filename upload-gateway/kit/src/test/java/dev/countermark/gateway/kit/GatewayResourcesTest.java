package dev.countermark.gateway.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class GatewayResourcesTest {
  private static final long MEMORY = 128 << 20;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  /** However many formats there are: they draw from these, and have no share of their own. */
  @Test
  void whatAllFormatsMayHoldIsOneSumThatIsShown() {
    try (var resources = new GatewayResources(MEMORY, Runnable::run, meters, Clock.systemUTC())) {
      assertThat(resources.bodies().limit() + resources.views().limit())
          .isBetween(MEMORY - (1 << 20), MEMORY);
      assertThat(sum("countermark.resources.memory.limit"))
          .isEqualTo(resources.bodies().limit() + resources.views().limit());
      assertThat(sum("countermark.resources.memory.used")).isZero();
      assertThat(sum("countermark.resources.threads.limit")).isEqualTo(62);
    }
  }

  private double sum(String name) {
    return meters.find(name).gauges().stream().mapToDouble(Gauge::value).sum();
  }
}
