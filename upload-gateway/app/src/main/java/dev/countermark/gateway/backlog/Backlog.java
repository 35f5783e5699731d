package dev.countermark.gateway.backlog;

import java.time.Instant;
import java.util.Optional;

/**
 * What signers have not acknowledged.
 *
 * @param records how many
 * @param oldest when the first of them was written; absent when there is none
 */
record Backlog(long records, Optional<Instant> oldest) {
  static final Backlog NONE = new Backlog(0, Optional.empty());

  Backlog and(Backlog other) {
    return new Backlog(
        records + other.records,
        oldest.isEmpty() || other.oldest.filter(o -> o.isBefore(oldest.get())).isPresent()
            ? other.oldest
            : oldest);
  }
}
