package dev.countermark.faults;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What was pushed, deleted and hidden, as far as its client was told. */
final class Ledger {
  /** How an upload ended for its client. */
  enum Outcome {
    /** Answered 2xx, or 409 after an answer that was lost. */
    ACCEPTED,
    /** Given up after many tries: it may be there or not. */
    UNANSWERED,
    /** Answered with what no fault explains. */
    REFUSED
  }

  /** How a change ended for its client. */
  enum Change {
    /** Not answered so far. */
    BEGUN,
    DONE,
    /** Given up: it may have been made or not. */
    UNANSWERED
  }

  private final Map<Integer, Outcome> outcomes = new ConcurrentHashMap<>();
  private final Map<Integer, Change> deletions = new ConcurrentHashMap<>();
  private final Map<Integer, Optional<Boolean>> shown = new ConcurrentHashMap<>();
  private final Set<Integer> begun = ConcurrentHashMap.newKeySet();

  void begin(int number) {
    begun.add(number);
  }

  boolean isBegun(int number) {
    return begun.contains(number);
  }

  void end(int number, Outcome outcome) {
    outcomes.put(number, outcome);
  }

  Optional<Outcome> outcome(int number) {
    return Optional.ofNullable(outcomes.get(number));
  }

  void deletion(int number, Change change) {
    deletions.put(number, change);
  }

  /** It cannot be deleted at all. */
  void undelete(int number) {
    deletions.remove(number);
  }

  Optional<Change> deletion(int number) {
    return Optional.ofNullable(deletions.get(number));
  }

  /**
   * @param visible empty when nobody knows
   */
  void shown(int number, Optional<Boolean> visible) {
    shown.put(number, visible);
  }

  /** Whether it must be shown: as it is pushed, if nobody changed it; empty when nobody knows. */
  Optional<Boolean> shown(int number) {
    return shown.getOrDefault(number, Optional.of(true));
  }

  int ended() {
    return outcomes.size();
  }

  Map<Outcome, Integer> outcomes() {
    Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
    for (Outcome outcome : Outcome.values()) {
      counts.put(outcome, 0);
    }
    outcomes.values().forEach(outcome -> counts.merge(outcome, 1, Integer::sum));
    return counts;
  }
}
