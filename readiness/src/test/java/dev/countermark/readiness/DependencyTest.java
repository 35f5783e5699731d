package dev.countermark.readiness;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

class DependencyTest {
  private final AtomicInteger tries = new AtomicInteger();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  private double shown() {
    return meters.get("countermark.dependency.up").tag("dependency", "broker").gauge().value();
  }

  @Test
  void isUpWhileItAnswers() throws Exception {
    try (Dependency store = new Dependency("object-store", tries::incrementAndGet)) {
      assertThat(store.call().getStatus()).isEqualTo(Status.UP);
      assertThat(store.call().getName()).isEqualTo("object-store");
      assertThat(tries).as("asked once for all who ask in a second").hasValue(1);
    }
  }

  @Test
  void saysWhyItCannotBeUsed() throws Exception {
    try (Dependency store =
        new Dependency(
            "object-store",
            () -> {
              throw new IOException("it answered 503");
            })) {
      var answer = store.call();
      assertThat(answer.getStatus()).isEqualTo(Status.DOWN);
      assertThat(answer.getData().orElseThrow()).containsEntry("reason", "it answered 503");
    }
  }

  @Test
  void whatDoesNotAnswerIsTriedByOneThreadHoweverManyAsk() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (Dependency broker =
        new Dependency(
            "broker",
            () -> {
              tries.incrementAndGet();
              never.await();
            },
            Duration.ofMillis(50))) {
      for (int i = 0; i < 5; i++) {
        var answer = broker.call();
        assertThat(answer.getStatus()).isEqualTo(Status.DOWN);
        assertThat(answer.getData().orElseThrow().get("reason")).asString().contains("no answer");
      }
      assertThat(tries).hasValue(1);
      Dependency.show(List.of(broker), meters);
      assertThat(shown()).isZero();
    }
  }

  @Test
  void showsWhatTheLastAnswerWas() throws Exception {
    AtomicBoolean away = new AtomicBoolean();
    Dependency.Probe probe =
        () -> {
          if (away.get()) {
            throw new IOException("no connection");
          }
        };
    try (Dependency broker = new Dependency("broker", probe, Duration.ofSeconds(2))) {
      Dependency.show(List.of(broker, () -> null), meters);
      assertThat(broker.call().getStatus()).isEqualTo(Status.UP);
      assertThat(shown()).isEqualTo(1);
    }
    away.set(true);
    meters.clear();
    try (Dependency broker = new Dependency("broker", probe, Duration.ofSeconds(2))) {
      Dependency.show(List.of(broker), meters);
      assertThat(broker.call().getStatus()).isEqualTo(Status.DOWN);
      assertThat(shown()).isZero();
    }
  }
}
