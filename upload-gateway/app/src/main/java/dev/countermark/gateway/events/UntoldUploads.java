package dev.countermark.gateway.events;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** When this gateway failed to tell the signers of uploads that it took. */
public final class UntoldUploads {
  private final AtomicReference<Span> failures = new AtomicReference<>();

  /** From the first failure to the last one. */
  record Span(Instant first, Instant last) {}

  /** One failed. */
  void failed(Instant at) {
    failures.updateAndGet(old -> new Span(old == null ? at : old.first(), at));
  }

  /** Empty when all were told. */
  Optional<Span> failures() {
    return Optional.ofNullable(failures.get());
  }

  /** What was written in that time was looked for; none failed meanwhile, or it is kept. */
  void found(Span span) {
    failures.compareAndSet(span, null);
  }
}
