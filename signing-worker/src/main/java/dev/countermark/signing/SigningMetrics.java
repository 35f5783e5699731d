package dev.countermark.signing;

import dev.countermark.contracts.Obstacle;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;

/**
 * The meters of one signer; all carry {@code format}, most {@code lane}.
 *
 * <ul>
 *   <li>{@code countermark.signing.lag}: accepted to signed, for what was newly signed
 *   <li>{@code countermark.signing.attempt}: one try, from its start to the broker's
 *       acknowledgement
 *   <li>{@code countermark.signing.outcomes} by {@code code}
 *   <li>{@code countermark.signing.retries}, {@code countermark.signing.dead.letters} by {@code
 *       code}
 *   <li>{@code countermark.signing.in.flight}: accepted, and neither dealt with nor resting
 *   <li>{@code countermark.signing.resting}: resting before another try
 *   <li>{@code countermark.signing.waiting} by {@code code}: packages that will be handed in again
 * </ul>
 */
public final class SigningMetrics {
  /** Requests say themselves how old they are; more than this no timer can hold. */
  private static final Duration LONGEST_LAG = Duration.ofDays(36_500);

  private static final Duration[] LAG_BOUNDS = {
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2_500),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10),
    Duration.ofSeconds(30),
    Duration.ofMinutes(1),
    Duration.ofMinutes(5),
    Duration.ofMinutes(30)
  };

  private final MeterRegistry registry;
  private final String format;

  /**
   * @param format its label
   */
  public SigningMetrics(MeterRegistry registry, String format) {
    this.registry = registry;
    this.format = format;
    for (Lane lane : Lane.values()) {
      register(lane);
    }
  }

  /** What was never counted must be there all the same: an alert sees no first one otherwise. */
  private void register(Lane lane) {
    lag(lane);
    retries(lane);
    SigningOutcome.codes().forEach(code -> outcomes(lane, code));
    for (DeadLetter.Code code : DeadLetter.Code.values()) {
      deadLetters(lane, code);
    }
    for (Obstacle obstacle : Obstacle.values()) {
      waiting(lane, obstacle);
    }
  }

  /** Shows what {@code dispatcher} holds. */
  public void watch(KeyedDispatcher dispatcher) {
    for (Lane lane : Lane.values()) {
      Gauge.builder("countermark.signing.in.flight", dispatcher, d -> d.inFlight(lane))
          .description("Records accepted, and neither dealt with nor resting")
          .tags("format", format, "lane", lane.label())
          .register(registry);
    }
    Gauge.builder("countermark.signing.resting", dispatcher, KeyedDispatcher::resting)
        .description("Records that rest before another try")
        .tags("format", format)
        .register(registry);
  }

  void signed(Lane lane, Duration lag) {
    lag(lane).record(lag.isNegative() ? Duration.ZERO : min(lag, LONGEST_LAG));
  }

  private Timer lag(Lane lane) {
    return Timer.builder("countermark.signing.lag")
        .description("From the acceptance of a package to its signature")
        .tags("format", format, "lane", lane.label())
        .serviceLevelObjectives(LAG_BOUNDS)
        .register(registry);
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  void attempt(Lane lane, Duration took) {
    Timer.builder("countermark.signing.attempt")
        .description("One try, up to the acknowledgement of its outcome")
        .tags("format", format, "lane", lane.label())
        .register(registry)
        .record(took);
  }

  void outcome(Lane lane, String code) {
    outcomes(lane, code).increment();
  }

  private Counter outcomes(Lane lane, String code) {
    return counter("countermark.signing.outcomes", "How requests ended", lane, code);
  }

  void deadLetter(Lane lane, DeadLetter.Code code) {
    deadLetters(lane, code).increment();
  }

  private Counter deadLetters(Lane lane, DeadLetter.Code code) {
    return counter("countermark.signing.dead.letters", "Records given up", lane, code.label());
  }

  void handedOver(Lane lane, Obstacle obstacle) {
    waiting(lane, obstacle).increment();
  }

  private Counter waiting(Lane lane, Obstacle obstacle) {
    return counter(
        "countermark.signing.waiting",
        "Packages that wait, and will be handed in again",
        lane,
        obstacle.name().toLowerCase(Locale.ROOT));
  }

  void retry(Lane lane) {
    retries(lane).increment();
  }

  private Counter retries(Lane lane) {
    return Counter.builder("countermark.signing.retries")
        .description("Tries planned again after a transient failure")
        .tags("format", format, "lane", lane.label())
        .register(registry);
  }

  private Counter counter(String name, String description, Lane lane, String code) {
    return Counter.builder(name)
        .description(description)
        .tags("format", format, "lane", lane.label(), "code", code)
        .register(registry);
  }
}
