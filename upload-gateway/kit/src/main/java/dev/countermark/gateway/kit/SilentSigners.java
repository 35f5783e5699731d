package dev.countermark.gateway.kit;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;

/**
 * Whether the signers of a format are there at all. While they are not, each push would be answered
 * only at the end of its patience, and for nothing.
 */
final class SilentSigners {
  /** For when they are back and their events get lost. */
  private static final Duration MOST = Duration.ofMinutes(1);

  /**
   * @param heard how often anything was heard of them
   * @param until when somebody waits again; null while they are not silent
   */
  private record Voice(long heard, Long until) {
    static final Voice UNKNOWN = new Voice(0, null);
  }

  private final ConcurrentMap<String, Voice> voices = new ConcurrentHashMap<>();
  private final LongSupplier nanos;

  /**
   * @param nanos a clock for durations
   */
  SilentSigners(LongSupplier nanos) {
    this.nanos = nanos;
  }

  private Voice voice(String format) {
    return voices.getOrDefault(format, Voice.UNKNOWN);
  }

  /** How often anything was heard of a format's signers so far. */
  long heardSoFar(String format) {
    return voice(format).heard();
  }

  /** They said something, of whatever package. */
  void heard(String format) {
    voices.merge(format, new Voice(1, null), (old, one) -> new Voice(old.heard() + 1, null));
  }

  /**
   * Somebody's patience ended. In a long queue that says nothing: others are signed meanwhile.
   *
   * @param before what was heard so far when he began to wait
   */
  void waitedInVain(String format, long before) {
    voices.compute(
        format,
        (f, voice) -> {
          Voice now = voice == null ? Voice.UNKNOWN : voice;
          return now.heard() == before
              ? new Voice(before, nanos.getAsLong() + MOST.toNanos())
              : now;
        });
  }

  boolean areSilent(String format) {
    Long until = voice(format).until();
    return until != null && until - nanos.getAsLong() > 0;
  }
}
