package dev.countermark.gateway.auth;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * What each of many names may still do, where so much is allowed in a minute: all of it at once, if
 * need be, and then as it grows back, evenly.
 *
 * <p>Only so many names are remembered. Whoever comes when there is no room takes the place of the
 * one that has most left, and has no more left than that one: nobody gets anything back by having
 * himself forgotten, and nobody ever has more than if all were remembered.
 *
 * @see "Metwally, Agrawal, El Abbadi: Efficient Computation of Frequent and Top-k Elements, where
 *     the same is done with counters (Space-Saving)"
 */
final class Allowances {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final long each;
  private final int names;
  private final Clock clock;
  private final Map<String, Spent> byName = new HashMap<>();
  private final TreeSet<Spent> bySpending =
      new TreeSet<>(Comparator.comparingLong(Spent::whole).thenComparing(Spent::name));

  /**
   * @param whole when all of it will have grown back, nanoseconds of the epoch
   */
  private record Spent(String name, long whole) {}

  /**
   * @param inMinute what one name may do in a minute, at least 1
   * @param names that are remembered, at least 1; a few hundred bytes each
   */
  Allowances(int inMinute, int names, Clock clock) {
    this.each = MINUTE / inMinute;
    this.names = names;
    this.clock = clock;
  }

  /** How long to wait until {@link #take} gives something; zero when it does now. */
  synchronized Duration wait(String name) {
    long now = now();
    forget(now);
    return wait(begin(name, now), now);
  }

  /**
   * Takes one, if there is one.
   *
   * @return how long to wait until there is; zero when it was taken
   */
  synchronized Duration take(String name) {
    long now = now();
    forget(now);
    long begin = begin(name, now);
    Duration wait = wait(begin, now);
    if (wait.isZero()) {
      Spent before = byName.remove(name);
      if (before != null) {
        bySpending.remove(before);
      } else if (byName.size() == names) {
        byName.remove(bySpending.pollFirst().name());
      }
      Spent spent = new Spent(name, begin + each);
      byName.put(name, spent);
      bySpending.add(spent);
    }
    return wait;
  }

  /** Names that have spent something that has not grown back yet. */
  synchronized int remembered() {
    return byName.size();
  }

  private Duration wait(long begin, long now) {
    return Duration.ofNanos(Math.max(0, begin + each - now - MINUTE));
  }

  /** When all will have grown back that was spent before this. */
  private long begin(String name, long now) {
    Spent spent = byName.get(name);
    if (spent == null && byName.size() == names) {
      spent = bySpending.first();
    }
    return spent == null ? now : spent.whole();
  }

  /** Of whom all has grown back nothing is known but that. */
  private void forget(long now) {
    // After a clock was set back all of it grows back in a minute, as if all were spent now.
    while (!bySpending.isEmpty() && bySpending.last().whole() > now + MINUTE) {
      Spent spent = new Spent(bySpending.pollLast().name(), now + MINUTE);
      byName.put(spent.name(), spent);
      bySpending.add(spent);
    }
    while (!bySpending.isEmpty() && bySpending.first().whole() <= now) {
      byName.remove(bySpending.pollFirst().name());
    }
  }

  private long now() {
    return ChronoUnit.NANOS.between(Instant.EPOCH, clock.instant());
  }
}
