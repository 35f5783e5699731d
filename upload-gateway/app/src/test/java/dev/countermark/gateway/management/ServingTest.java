package dev.countermark.gateway.management;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

class ServingTest {
  private boolean storeUp = true;
  private boolean brokerUp;

  private final HealthCheck store =
      () -> HealthCheckResponse.named("store").status(storeUp).build();
  private final HealthCheck broker =
      () -> HealthCheckResponse.named("broker").status(brokerUp).build();
  private final Serving serving = new Serving(store, List.of(store, broker));

  private boolean serves() {
    return serving.call().getStatus() == Status.UP;
  }

  @Test
  void replacesNobodyBeforeItReachedEverything() {
    assertThat(serves()).isFalse();

    brokerUp = true;
    assertThat(serves()).isTrue();
  }

  @Test
  void goesOnWithoutTheBrokerAndNotWithoutTheStore() {
    brokerUp = true;
    assertThat(serves()).isTrue();

    brokerUp = false;
    assertThat(serves()).isTrue();

    storeUp = false;
    assertThat(serves()).isFalse();

    storeUp = true;
    assertThat(serves()).isTrue();
  }

  @Test
  void whoLeavesIsSentNobody() {
    brokerUp = true;
    assertThat(serves()).isTrue();

    serving.leave(new ShutdownDelayInitiatedEvent());

    assertThat(serves()).isFalse();
  }
}
