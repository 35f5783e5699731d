package dev.countermark.keyservice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.Failure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StoreAtStartTest {
  private Duration waited = Duration.ZERO;

  private final StoreAtStart atStart =
      new StoreAtStart(
          new Clock() {
            @Override
            public Instant instant() {
              return Instant.EPOCH.plus(waited);
            }

            @Override
            public ZoneOffset getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
              return this;
            }
          },
          pause -> waited = waited.plus(pause));

  @Test
  void aStoreThatComesIsWaitedFor() {
    AtomicInteger tries = new AtomicInteger();

    String started =
        atStart.await(
            () -> {
              if (tries.incrementAndGet() < 4) {
                throw new Failure.Transient("away", null);
              }
              return "started";
            });

    assertThat(started).isEqualTo("started");
    assertThat(waited).isEqualTo(StoreAtStart.PAUSE.multipliedBy(3));
  }

  @Test
  void oneThatStaysAwayIsNotWaitedForForEver() {
    assertThatThrownBy(
            () ->
                atStart.await(
                    () -> {
                      throw new Failure.Transient("away", null);
                    }))
        .isInstanceOf(Failure.Transient.class);
    assertThat(waited).isEqualTo(StoreAtStart.PATIENCE);
  }

  @Test
  void whatIsWrongIsSaidAtOnce() {
    assertThatThrownBy(
            () ->
                atStart.await(
                    () -> {
                      throw new IllegalStateException("another root secret");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(waited).isZero();
  }
}
