package dev.countermark.gateway.events;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** When this gateway failed to tell the signers of uploads that it took, or perhaps took. */
public final class UntoldUploads {
  private final AtomicReference<Span> failures = new AtomicReference<>();

  /** From the first failure to the last one. */
  record Span(Instant first, Instant last) {}

  /** One failed. */
  void failed(Instant at) {
    failures.updateAndGet(old -> new Span(old == null ? at : old.first(), at));
  }

  /** Since when; empty when all were told. */
  public Optional<Instant> since() {
    return Optional.ofNullable(failures.get()).map(Span::first);
  }

  /**
   * What was written until then was looked for.
   *
   * @param before how long before its failure a record may have been written
   */
  void lookedFor(Instant until, Duration before) {
    failures.updateAndGet(
        old ->
            old == null || old.last().isBefore(until)
                ? null
                : new Span(until.minus(before), old.last()));
  }
}
