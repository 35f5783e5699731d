package dev.countermark.conformance.hostile;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How long requests took, nanoseconds; written by one, read by others. */
final class Lags {
  private static final double MILLI = 1e6;

  /** What was asked. */
  enum Kind {
    /** {@code /v2/}. */
    PING,
    /** A small blob, in one request. */
    PUSH,
    PULL,
    /** Of the {@link ReferenceServer}. */
    REFERENCE
  }

  private final Map<Kind, List<Long>> nanos = new EnumMap<>(Kind.class);

  Lags() {
    for (Kind kind : Kind.values()) {
      nanos.put(kind, new ArrayList<>());
    }
  }

  synchronized void add(Kind kind, long lag) {
    nanos.get(kind).add(lag);
  }

  synchronized int rounds() {
    return nanos.get(Kind.REFERENCE).size();
  }

  /** Of requests to the platform. */
  synchronized double p99Millis() {
    List<Long> all = new ArrayList<>();
    for (Kind kind : List.of(Kind.PING, Kind.PUSH, Kind.PULL)) {
      all.addAll(nanos.get(kind));
    }
    return p99(all);
  }

  synchronized double p99Millis(Kind kind) {
    return p99(nanos.get(kind));
  }

  /** The nearest rank: 1 of 100 is longer. */
  private static double p99(List<Long> nanos) {
    if (nanos.isEmpty()) {
      return 0;
    }
    List<Long> sorted = new ArrayList<>(nanos);
    Collections.sort(sorted);
    return sorted.get((int) Math.ceil(0.99 * sorted.size()) - 1) / MILLI;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%.0f ms (and a server of nothing %.0f ms) in %d rounds",
        p99Millis(),
        p99Millis(Kind.REFERENCE),
        rounds());
  }
}
