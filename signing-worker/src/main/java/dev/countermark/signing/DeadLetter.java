package dev.countermark.signing;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.DeadLetterHeaders;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A record that was given up: the original key and value, verbatim, and headers that say why.
 *
 * @param detail for the operator; at most {@value #MAX_DETAIL} characters
 * @param attempts tries that were made
 */
public record DeadLetter(
    Optional<Bytes> key,
    Bytes value,
    Code code,
    String detail,
    int attempts,
    String topic,
    int partition,
    long offset) {
  /** Longest detail, characters: a broker limits a record with all its headers. */
  static final int MAX_DETAIL = 1_000;

  public DeadLetter {
    detail = detail.length() <= MAX_DETAIL ? detail : detail.substring(0, MAX_DETAIL);
  }

  static DeadLetter of(Delivery delivery, Code code, String detail, int attempts) {
    return new DeadLetter(
        delivery.key(),
        delivery.value(),
        code,
        detail,
        delivery.attemptsBefore() + attempts,
        delivery.topic(),
        delivery.partition(),
        delivery.offset());
  }

  /** Why a record was given up; never renamed. */
  public enum Code {
    /** The bytes are not the event they should be. */
    MALFORMED_EVENT,
    /** Foreseen failures until the retries ran out. */
    RETRIES_EXHAUSTED,
    /** A foreseen failure that does not pass by itself: an operator must do something first. */
    NEEDS_OPERATOR,
    /** Foreseen failures, and too much rests already. */
    NO_ROOM_TO_REST,
    /** A bug: not tried again. */
    UNFORESEEN;

    /** As in metrics: lower case. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The record's headers, values as text. */
  public Map<String, String> headers() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(DeadLetterHeaders.FAILURE_CODE, code.name());
    headers.put(DeadLetterHeaders.FAILURE_DETAIL, detail);
    headers.put(DeadLetterHeaders.ATTEMPTS, Integer.toString(attempts));
    headers.put(DeadLetterHeaders.SOURCE_TOPIC, topic);
    headers.put(DeadLetterHeaders.SOURCE_PARTITION, Integer.toString(partition));
    headers.put(DeadLetterHeaders.SOURCE_OFFSET, Long.toString(offset));
    return headers;
  }
}
