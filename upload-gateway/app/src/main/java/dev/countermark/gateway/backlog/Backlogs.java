package dev.countermark.gateway.backlog;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * How many requests of each format and lane no signer has acknowledged, and how old the oldest is.
 * That one grows by itself: also while nobody can be asked.
 */
final class Backlogs {
  private final List<Queue> queues;
  private final Source source;
  private final Function<String, Optional<Instant>> noted;
  private final Clock clock;
  private volatile Map<Queue, Backlog> seen = Map.of();
  private volatile Instant lookedAt = Instant.EPOCH;

  /** Knows what waits in the broker. */
  interface Source {
    /**
     * @return one for each queue that there is
     * @throws IOException when the broker does not answer
     */
    Map<Queue, Backlog> look(List<Queue> queues) throws IOException;
  }

  /**
   * @param noted by format, since when the oldest package waits that signers handed over, of which
   *     the broker knows nothing any more
   */
  Backlogs(
      List<Queue> queues, Source source, Function<String, Optional<Instant>> noted, Clock clock) {
    this.queues = List.copyOf(queues);
    this.source = source;
    this.noted = noted;
    this.clock = clock;
  }

  void show(MeterRegistry meters) {
    for (Queue queue : queues) {
      Gauge.builder("countermark.backlog.oldest", () -> seconds(oldest(queue)))
          .description("Age of the oldest request that no signer has dealt with")
          .baseUnit("seconds")
          .tags("format", queue.format(), "lane", queue.lane())
          .register(meters);
      Gauge.builder("countermark.backlog.records", () -> backlog(queue).records())
          .description("Requests that no signer has acknowledged")
          .tags("format", queue.format(), "lane", queue.lane())
          .register(meters);
    }
    Gauge.builder("countermark.backlog.last.look", () -> lookedAt.getEpochSecond())
        .description("When the broker was last asked, in seconds since 1970")
        .baseUnit("seconds")
        .register(meters);
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1_000.0;
  }

  private Backlog backlog(Queue queue) {
    return seen.getOrDefault(queue, Backlog.NONE);
  }

  /** Age of the oldest; zero when nothing waits. */
  Duration oldest(Queue queue) {
    Backlog handedOver =
        queue.lane().equals(Queue.UPLOADS)
            ? new Backlog(0, noted.apply(queue.format()))
            : Backlog.NONE;
    return backlog(queue)
        .and(handedOver)
        .oldest()
        .map(since -> Duration.between(since, clock.instant()))
        .filter(age -> !age.isNegative())
        .orElse(Duration.ZERO);
  }

  /**
   * @throws IOException when the broker does not answer; what was seen last stays
   */
  void look() throws IOException {
    seen = Map.copyOf(source.look(queues));
    lookedAt = clock.instant();
  }
}
