package dev.countermark.standalone.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A configuration key of the services.
 *
 * @param name {@code a.b-c}, with {@code <name>} for a part that operators choose
 * @param many whether it takes several values, with commas between them
 * @param services that read it, and whether each of them needs it
 * @param limits of what is counted; absent when there are none
 */
record KnownKey(
    String name, ValueKind kind, boolean many, Map<String, Need> services, Limits limits) {
  /** Whether a service starts without a key. */
  enum Need {
    /** It has a default, or is for what not everybody wants. */
    @JsonProperty("optional")
    OPTIONAL,
    /** The key, or the one with {@code -file} behind its name. */
    @JsonProperty("either")
    EITHER,
    @JsonProperty("required")
    REQUIRED
  }

  /**
   * Numbers, bytes or seconds; what is absent is no limit.
   *
   * @param above greatest that is too small
   * @param least smallest that is taken
   * @param most greatest that is taken
   * @param below smallest that is too great
   */
  record Limits(Double above, Double least, Double most, Double below) {
    private static final Limits NONE = new Limits(null, 0.0, null, null);

    private boolean take(double amount) {
      return (above == null || amount > above)
          && (least == null || amount >= least)
          && (most == null || amount <= most)
          && (below == null || amount < below);
    }

    private String text() {
      StringBuilder text = new StringBuilder();
      append(text, ", above ", above);
      append(text, ", at least ", least);
      append(text, ", at most ", most);
      append(text, ", below ", below);
      return text.toString();
    }

    private static void append(StringBuilder text, String word, Double limit) {
      if (limit != null) {
        text.append(word).append(limit % 1 == 0 ? Long.toString(limit.longValue()) : limit);
      }
    }
  }

  /**
   * Whether a service would take a value.
   *
   * @return what it takes, when not this; never the value, which may be a secret at a wrong place
   */
  Optional<String> flaw(String value) {
    for (String one : many ? value.split("(?<!\\\\),", -1) : new String[] {value}) {
      try {
        OptionalDouble amount = kind.amount(one.strip());
        Limits bounds = limits == null ? Limits.NONE : limits;
        if (amount.isPresent() && !bounds.take(amount.getAsDouble())) {
          return Optional.of(expected(bounds.text() + unit()));
        }
      } catch (IllegalArgumentException e) {
        return Optional.of(expected(limits == null ? "" : limits.text() + unit()));
      }
    }
    return Optional.empty();
  }

  private String expected(String bounds) {
    return "expected " + kind.expected() + bounds;
  }

  private String unit() {
    return kind == ValueKind.DURATION ? " seconds" : "";
  }

  /** Whether a name is this key's, or one of those that operators may choose. */
  boolean isNamed(String other) {
    String[] mine = name.split("\\.");
    String[] others = other.split("\\.");
    if (mine.length != others.length) {
      return false;
    }
    for (int i = 0; i < mine.length; i++) {
      if (!mine[i].equals(others[i]) && !isChosen(mine[i])) {
        return false;
      }
    }
    return true;
  }

  /** The key as it would be called with what somebody chose for its free parts. */
  String like(String other) {
    String[] mine = name.split("\\.");
    String[] others = other.split("\\.");
    for (int i = 0; i < mine.length && mine.length == others.length; i++) {
      if (isChosen(mine[i])) {
        mine[i] = others[i];
      }
    }
    return String.join(".", mine);
  }

  private static boolean isChosen(String part) {
    return part.startsWith("<");
  }
}
