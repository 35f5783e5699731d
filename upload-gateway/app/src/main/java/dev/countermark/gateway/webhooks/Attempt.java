package dev.countermark.gateway.webhooks;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * What came of sending an event.
 *
 * @param status that the receiver answered with; absent without an answer
 */
public record Attempt(Instant at, Result result, Optional<Integer> status) {
  public Attempt {
    status = status == null ? Optional.empty() : status;
  }

  /** Results by name, for people and programs alike. */
  public enum Result {
    /** The receiver answered 2xx. */
    DELIVERED,
    /** It answered something else; nobody follows where it points to. */
    ANSWERED_OTHERWISE,
    /** It may not be reached: a private network, or http where only https may be. */
    ADDRESS_REFUSED,
    NAME_UNKNOWN,
    UNREACHABLE,
    /** TLS did not come about. */
    UNTRUSTED,
    TOO_SLOW;

    /** As the API and metrics write it. */
    @JsonValue
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  public static Attempt without(Instant at, Result result) {
    return new Attempt(at, result, Optional.empty());
  }

  public boolean isDelivered() {
    return result == Result.DELIVERED;
  }

  /** For people. */
  String inWords() {
    return switch (result) {
      case DELIVERED -> "delivered";
      case ANSWERED_OTHERWISE -> "the receiver answered " + status.map(String::valueOf).orElse("?");
      case ADDRESS_REFUSED -> "its address may not be reached";
      case NAME_UNKNOWN -> "its name is not known";
      case UNREACHABLE -> "it could not be reached";
      case UNTRUSTED -> "its certificate is not trusted";
      case TOO_SLOW -> "it did not answer in time";
    };
  }
}
