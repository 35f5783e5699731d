package dev.countermark.gateway.kit;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The uploads that this gateway told the signers of and that nothing was heard of since: how long
 * the oldest of them waits says whether signers have time for anything else.
 */
public final class UnsignedUploads {
  /** What waits longer waits for something else than its turn. */
  private static final Duration MOST = Duration.ofSeconds(30);

  private static final int MOST_KEPT = 4_096;

  private final Map<String, Long> since = new LinkedHashMap<>();
  private final LongSupplier nanos;

  /**
   * @param nanos a clock for durations
   */
  public UnsignedUploads(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * The signers are being told of one.
   *
   * @param key of its record
   */
  public synchronized void told(String key) {
    if (since.size() < MOST_KEPT) {
      since.putIfAbsent(key, nanos.getAsLong());
    }
  }

  /** Something was heard of it. */
  public synchronized void heard(String key) {
    since.remove(key);
  }

  /** How long the oldest one waits; zero when there is none. */
  public synchronized Duration oldest() {
    for (Iterator<Long> all = since.values().iterator(); all.hasNext(); ) {
      Duration age = Duration.ofNanos(nanos.getAsLong() - all.next());
      if (age.compareTo(MOST) <= 0) {
        return age;
      }
      all.remove();
    }
    return Duration.ZERO;
  }
}
