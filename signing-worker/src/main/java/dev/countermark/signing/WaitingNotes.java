package dev.countermark.signing;

import dev.countermark.contracts.Obstacle;
import java.time.Instant;
import java.util.Optional;

/**
 * Where it is written down that an upload waits for its signature: whoever pushed it reads it
 * there, and whoever looks after what waits hands it in again.
 *
 * @param <R> the format's request
 */
public interface WaitingNotes<R> {
  /**
   * One failed try.
   *
   * @param tries so far, earlier deliveries included
   * @param nextTry absent when there will be none by itself
   * @param handedOver whether it must be handed in again at that time, because it is forgotten here
   */
  record Note(
      Obstacle obstacle, int tries, Instant at, Optional<Instant> nextTry, boolean handedOver) {}

  /** Tries of earlier deliveries, as far as is known; 0 when nothing is. Never throws. */
  int tries(R request);

  /**
   * Writes a note in place of the one before. Never throws.
   *
   * @return whether it is durable
   */
  boolean write(R request, Note note);

  /** It waits no longer. Never throws. */
  void clear(R request);
}
