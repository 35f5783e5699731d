package dev.countermark.gateway.webhooks;

import java.time.Instant;
import java.util.Optional;

/**
 * How a webhook is, and which gateway is at it.
 *
 * @param holder the gateway; absent for none
 * @param until so long it is, unless it says so again
 * @param failures in a row
 * @param nextTry the receiver is left alone until then
 * @param failingSince absent while events arrive
 * @param last try
 */
public record WebhookState(
    long generation,
    Optional<String> holder,
    Instant until,
    int failures,
    Optional<Instant> nextTry,
    Optional<Instant> failingSince,
    Optional<Attempt> last) {
  static final WebhookState NEW =
      new WebhookState(
          0,
          Optional.empty(),
          Instant.EPOCH,
          0,
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  public WebhookState {
    holder = holder == null ? Optional.empty() : holder;
    nextTry = nextTry == null ? Optional.empty() : nextTry;
    failingSince = failingSince == null ? Optional.empty() : failingSince;
    last = last == null ? Optional.empty() : last;
  }

  boolean isOfOther(String gateway, Instant now) {
    return holder.filter(h -> !h.equals(gateway)).isPresent() && now.isBefore(until);
  }

  /** The same, held or given back, as the next generation of what lies in the store. */
  WebhookState held(long before, Optional<String> by, Instant upTo) {
    return new WebhookState(before + 1, by, upTo, failures, nextTry, failingSince, last);
  }

  WebhookState delivered(Attempt attempt) {
    return new WebhookState(
        generation, holder, until, 0, Optional.empty(), Optional.empty(), Optional.of(attempt));
  }

  WebhookState failed(Attempt attempt, Instant tryAgain) {
    return new WebhookState(
        generation,
        holder,
        until,
        failures + 1,
        Optional.of(tryAgain),
        Optional.of(failingSince.orElse(attempt.at())),
        Optional.of(attempt));
  }

  boolean rests(Instant now) {
    return nextTry.filter(now::isBefore).isPresent();
  }
}
