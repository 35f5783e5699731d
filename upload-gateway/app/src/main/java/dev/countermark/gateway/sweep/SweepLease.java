package dev.countermark.gateway.sweep;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Lets one of all replicas do a job once per interval; a run that dies is not made up for. */
public final class SweepLease {
  private static final String KEY = "sweeps/content.json";

  private final Records records;
  private final Duration interval;
  private final Clock clock;

  public SweepLease(BlobStore store, Duration interval, Clock clock) {
    this.records = new Records(store);
    this.interval = interval;
    this.clock = clock;
  }

  record LastRun(long generation, Instant startedAt) {}

  /** Whether the caller is the one to do it now. */
  public boolean claim() {
    Instant now = clock.instant();
    // A timer that is a little early must not skip a whole interval.
    Instant due = now.minus(interval.multipliedBy(9).dividedBy(10));
    boolean[] mine = new boolean[1];
    records.update(
        KEY,
        LastRun.class,
        old -> {
          mine[0] = old.isEmpty() || !old.get().startedAt().isAfter(due);
          return mine[0]
              ? Optional.of(new LastRun(old.map(LastRun::generation).orElse(0L) + 1, now))
              : old;
        });
    return mine[0];
  }
}
