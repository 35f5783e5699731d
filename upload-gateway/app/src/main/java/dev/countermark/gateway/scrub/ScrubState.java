package dev.countermark.gateway.scrub;

import java.time.Instant;
import java.util.Optional;

/**
 * How far the pass over all that is stored has come; one object of the store.
 *
 * @param startedAt when the pass began
 * @param position key of the last object that was looked at; empty at the beginning
 * @param bytes that were read in this pass
 * @param finds in this pass
 * @param endedAt when it came to the end, if it did
 * @param holder id of the gateway that goes on with it
 * @param heldUntil from then on another one may
 */
record ScrubState(
    long generation,
    Instant startedAt,
    String position,
    long bytes,
    long finds,
    Optional<Instant> endedAt,
    String holder,
    Instant heldUntil) {
  ScrubState {
    endedAt = endedAt == null ? Optional.empty() : endedAt;
  }

  ScrubState heldBy(String holder, Instant until) {
    return new ScrubState(
        generation + 1, startedAt, position, bytes, finds, endedAt, holder, until);
  }

  ScrubState after(ContentScrubber.Slice slice, Instant now, Instant until) {
    return new ScrubState(
        generation + 1,
        startedAt,
        slice.position(),
        bytes + slice.bytes(),
        finds + slice.finds(),
        slice.isLast() ? Optional.of(now) : Optional.empty(),
        holder,
        until);
  }
}
