package dev.countermark.gateway.scrub;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;

/** What this gateway compared and found, and when the last pass of all gateways ended. */
public final class ScrubMetrics {
  private final Counter bytes;
  private final Counter found;
  private final Counter repaired;
  private final AtomicLong pass = new AtomicLong();
  private final AtomicLong lastPass = new AtomicLong();

  public ScrubMetrics(MeterRegistry registry) {
    this.bytes =
        Counter.builder("countermark.scrub.read.bytes")
            .description("Bytes that were read to be compared with their hashes")
            .baseUnit("bytes")
            .register(registry);
    this.found =
        Counter.builder("countermark.scrub.found")
            .description("Objects that were found damaged and could not be put right at once")
            .register(registry);
    this.repaired =
        Counter.builder("countermark.scrub.repaired")
            .description("Objects that were damaged and were put right by a good copy")
            .register(registry);
    Gauge.builder("countermark.scrub.pass.bytes", pass, AtomicLong::get)
        .description("Bytes that were read in the pass that is under way")
        .baseUnit("bytes")
        .register(registry);
    Gauge.builder("countermark.scrub.last.pass", lastPass, AtomicLong::get)
        .description("End of the last pass, in seconds since 1970; 0: none seen by this gateway")
        .baseUnit("seconds")
        .register(registry);
  }

  void found() {
    found.increment();
  }

  void repaired() {
    repaired.increment();
  }

  void read(long more, ScrubState state) {
    bytes.increment(more);
    pass.set(state.bytes());
    state.endedAt().ifPresent(end -> lastPass.set(end.getEpochSecond()));
  }
}
