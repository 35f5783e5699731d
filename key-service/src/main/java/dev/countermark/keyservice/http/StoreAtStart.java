package dev.countermark.keyservice.http;

import dev.countermark.contracts.Failure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Waits for the keys bucket, without which there is no key service. Whoever starts containers takes
 * ever longer to start one again that ended: a store that is back would wait for the service.
 */
final class StoreAtStart {
  private static final Logger LOG = Logger.getLogger(StoreAtStart.class);

  /** Shorter than a startup probe has patience: the last words say why. */
  static final Duration PATIENCE = Duration.ofSeconds(100);

  static final Duration PAUSE = Duration.ofSeconds(2);

  private final Clock clock;
  private final Consumer<Duration> pause;

  /**
   * @param pause lets so much time pass
   */
  StoreAtStart(Clock clock, Consumer<Duration> pause) {
    this.clock = clock;
    this.pause = pause;
  }

  /**
   * @throws Failure.Transient when the store was away for as long as there is patience
   */
  <T> T await(Supplier<T> start) {
    Instant end = clock.instant().plus(PATIENCE);
    while (true) {
      try {
        return start.get();
      } catch (Failure.Transient e) {
        if (!clock.instant().isBefore(end) || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        LOG.warnf("waits: %s", e.getMessage());
        pause.accept(PAUSE);
      }
    }
  }
}
