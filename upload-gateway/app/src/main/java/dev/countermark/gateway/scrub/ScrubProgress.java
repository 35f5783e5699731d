package dev.countermark.gateway.scrub;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Lets one of all gateways go on with the pass where the last one left off: a gateway that dies
 * loses its lease, and the slice that it was at is done again. A pass begins an interval after the
 * one before began, the first one an interval after the first gateway started.
 */
public final class ScrubProgress {
  private static final String KEY = "scrubs/content.json";

  /** A slice takes half a minute, or longer where the store is slow. */
  private static final Duration LEASE = Duration.ofMinutes(3);

  private final Records records;
  private final Duration interval;
  private final Clock clock;
  private final String me = UUID.randomUUID().toString();

  /**
   * @param interval between the beginnings of two passes, if one is that fast
   */
  public ScrubProgress(BlobStore store, Duration interval, Clock clock) {
    this.records = new Records(store);
    this.interval = interval;
    this.clock = clock;
  }

  /** What to go on with; empty when nothing is due, or another gateway is at it. */
  Optional<ScrubState> claim() {
    Instant now = clock.instant();
    return records
        .update(KEY, ScrubState.class, old -> Optional.of(claimed(old, now)))
        .filter(state -> state.holder().equals(me) && state.endedAt().isEmpty());
  }

  private ScrubState claimed(Optional<ScrubState> old, Instant now) {
    Instant until = now.plus(LEASE);
    if (old.isEmpty()) {
      // As if one had ended: what is new was looked at just now.
      return new ScrubState(1, now, "", 0, 0, Optional.of(now), me, until);
    }
    ScrubState state = old.get();
    if (state.endedAt().isPresent() && isDue(state, now)) {
      return new ScrubState(state.generation() + 1, now, "", 0, 0, Optional.empty(), me, until);
    }
    boolean mine = state.holder().equals(me) || !now.isBefore(state.heldUntil());
    return state.endedAt().isPresent() || !mine ? state : state.heldBy(me, until);
  }

  private boolean isDue(ScrubState state, Instant now) {
    return !now.isBefore(state.startedAt().plus(interval));
  }

  /** Notes what was done; whoever took over meanwhile does it again. */
  Optional<ScrubState> advance(ContentScrubber.Slice slice) {
    Instant now = clock.instant();
    return records.update(
        KEY,
        ScrubState.class,
        old ->
            old.map(
                state ->
                    state.holder().equals(me) && state.endedAt().isEmpty()
                        ? state.after(slice, now, now.plus(LEASE))
                        : state));
  }
}
