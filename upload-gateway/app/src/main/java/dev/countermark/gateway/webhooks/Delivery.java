package dev.countermark.gateway.webhooks;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.CloudEvent;
import java.time.Instant;
import java.util.Optional;

/**
 * An event that a receiver does not have yet.
 *
 * @param since when it was taken; a day later it is given up
 * @param attempts tries that were made
 * @param notBefore when it is tried again; others may be tried before
 * @param event as it came, byte for byte: it is the body that is sent
 */
record Delivery(Instant since, int attempts, Optional<Instant> notBefore, Bytes event) {
  private static final long LATEST_MILLIS = 9_999_999_999_999L;

  Delivery {
    notBefore = notBefore == null ? Optional.empty() : notBefore;
  }

  /**
   * Name of a delivery, in whose order those of a webhook are sent.
   *
   * @param at when its record was written; whoever writes one says when
   */
  static String name(Instant at, int partition, long offset) {
    return String.format(
        "%013d-%05d-%019d",
        Math.min(Math.max(0, at.toEpochMilli()), LATEST_MILLIS), partition, offset);
  }

  /**
   * @throws dev.countermark.contracts.Json.MalformedJsonException when it is none
   */
  CloudEvent cloudEvent() {
    return CloudEvent.fromJson(event.toArray());
  }

  Delivery failed(Instant again) {
    return new Delivery(since, attempts + 1, Optional.of(again), event);
  }
}
