package dev.countermark.gateway.integrity;

import dev.countermark.contracts.Checksummed;
import java.time.Instant;
import java.util.List;

/**
 * That an object is damaged, or names one that is. Lies in the store under the object's key, so
 * that every gateway knows.
 *
 * @param key of the object
 * @param damaged keys of what is damaged: the object itself, or content that it names
 * @param foundAt when it was found first
 * @param told whether an event was published
 */
public record Mark(long generation, String key, List<String> damaged, Instant foundAt, boolean told)
    implements Checksummed {
  public Mark {
    damaged = List.copyOf(damaged);
  }

  /** Whether the object itself is damaged. */
  boolean isOfItself() {
    return damaged.contains(key);
  }

  Mark with(List<String> damaged) {
    return new Mark(generation + 1, key, damaged, foundAt, told);
  }

  Mark asTold() {
    return new Mark(generation + 1, key, damaged, foundAt, true);
  }
}
