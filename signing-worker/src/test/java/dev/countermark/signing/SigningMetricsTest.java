package dev.countermark.signing;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SigningMetricsTest {
  @Test
  void countsWhatSaysThatItIsOlderOrYoungerThanAnythingCanBe() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    SigningMetrics metrics = new SigningMetrics(registry, "echo");

    metrics.signed(Lane.RESYNC, Duration.between(Instant.MIN, Instant.EPOCH));
    metrics.signed(Lane.RESYNC, Duration.between(Instant.MAX, Instant.EPOCH));

    assertThat(registry.get("countermark.signing.lag").tag("lane", "resync").timer().count())
        .isEqualTo(2);
  }

  /** The first dead letter of a code would be no increase of what was not there before. */
  @Test
  void showsWhatWasNeverCounted() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();

    new SigningMetrics(registry, "echo");

    for (String lane : List.of("upload", "resync")) {
      for (DeadLetter.Code code : DeadLetter.Code.values()) {
        assertThat(
                registry
                    .get("countermark.signing.dead.letters")
                    .tags("format", "echo", "lane", lane, "code", code.label())
                    .counter()
                    .count())
            .isZero();
      }
      assertThat(
              registry.get("countermark.signing.outcomes").tag("lane", lane).meters().stream()
                  .map(meter -> meter.getId().getTag("code")))
          .contains("signed", "already_signed", "gone", "refused_too_large");
      registry.get("countermark.signing.lag").tag("lane", lane).timer();
      registry.get("countermark.signing.retries").tag("lane", lane).counter();
    }
  }
}
