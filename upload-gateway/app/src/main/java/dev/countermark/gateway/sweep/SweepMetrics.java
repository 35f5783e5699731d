package dev.countermark.gateway.sweep;

import dev.countermark.gateway.sweep.ContentSweeper.Swept;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** What this replica's sweeps deleted, and when the last one ended. */
public final class SweepMetrics {
  private final Counter parts;
  private final Counter sessions;
  private final Counter orphans;
  private final Counter bytes;
  private final AtomicLong lastRun = new AtomicLong();
  private final Clock clock;

  public SweepMetrics(MeterRegistry registry, Clock clock) {
    this.parts = deleted(registry, "part");
    this.sessions = deleted(registry, "session");
    this.orphans = deleted(registry, "orphan");
    this.bytes =
        Counter.builder("countermark.sweep.deleted.bytes")
            .description("Bytes of parts that were deleted")
            .baseUnit("bytes")
            .register(registry);
    this.clock = clock;
    Gauge.builder("countermark.sweep.last.run", lastRun, AtomicLong::get)
        .description(
            "End of this replica's last complete sweep, in seconds since 1970; 0: none yet")
        .baseUnit("seconds")
        .register(registry);
  }

  private static Counter deleted(MeterRegistry registry, String kind) {
    return Counter.builder("countermark.sweep.deleted")
        .description("Objects that were deleted because nothing refers to them")
        .tag("kind", kind)
        .register(registry);
  }

  public void ended(Swept swept) {
    parts.increment(swept.parts());
    sessions.increment(swept.sessions());
    orphans.increment(swept.orphans());
    bytes.increment(swept.bytes());
    lastRun.set(Instant.now(clock).getEpochSecond());
  }
}
