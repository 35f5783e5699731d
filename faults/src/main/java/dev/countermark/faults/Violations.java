package dev.countermark.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Every promise that was found broken; safe for concurrent use. */
final class Violations {
  /** What is kept of many that are alike; all are counted. */
  private static final int MOST_TOLD = 100;

  private final Map<Kind, Integer> counts = new TreeMap<>();
  private final List<String> told = new ArrayList<>();

  /** Which promise. */
  enum Kind {
    /** Acknowledged, and not there. */
    LOST,
    /** Acknowledged, and neither signed nor refused after all time that it may take. */
    UNSETTLED,
    /** Seen by whoever may only read, and not signed, or not what was pushed. */
    UNSIGNED_SEEN,
    /** Content that is not what its record says. */
    CHANGED,
    /** There, and pushed by nobody. */
    ORPHAN,
    /** Signed more often than once for a version of a key. */
    TWICE,
    /** A signature that no audit chain tells of, or a chain that does not hold. */
    UNAUDITED,
    /** Signed, and no outcome says so. */
    UNTOLD,
    /** Deleted, and there. */
    RESURRECTED,
    /** A list that does not show what is there. */
    MISLISTED,
    /** An answer that no fault explains. */
    WRONG_ANSWER,
    /** A campaign that did not come to its end. */
    CAMPAIGN,
    /** A part that did not come back. */
    DOWN
  }

  synchronized void add(Kind kind, String what) {
    counts.merge(kind, 1, Integer::sum);
    if (told.size() < MOST_TOLD) {
      told.add(kind + ": " + what);
      Say.line("VIOLATION " + kind + ": " + what);
    }
  }

  synchronized int count() {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** The first of them, for people. */
  synchronized List<String> told() {
    return List.copyOf(told);
  }
}
