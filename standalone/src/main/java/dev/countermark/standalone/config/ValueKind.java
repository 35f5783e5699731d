package dev.countermark.standalone.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Period;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What values a key takes, as the services read them; what is counted has an amount. */
enum ValueKind {
  @JsonProperty("duration")
  DURATION("a duration, such as 10s or PT10S") {
    @Override
    OptionalDouble amount(String value) {
      return OptionalDouble.of(duration(value).toMillis() / 1_000.0);
    }
  },
  @JsonProperty("period")
  PERIOD("a period, such as P2Y or P90D") {
    @Override
    OptionalDouble amount(String value) {
      try {
        return OptionalDouble.of(Period.parse(value).toTotalMonths());
      } catch (DateTimeParseException e) {
        throw new IllegalArgumentException(e);
      }
    }
  },
  @JsonProperty("size")
  SIZE("a size in bytes, such as 16777216 or 16M") {
    @Override
    OptionalDouble amount(String value) {
      Matcher size = BYTES.matcher(value);
      if (!size.matches()) {
        throw new IllegalArgumentException();
      }
      int power = "BKMGTPE".indexOf(size.group(2).toUpperCase(Locale.ROOT));
      return OptionalDouble.of(Long.parseLong(size.group(1)) * Math.pow(1024, Math.max(0, power)));
    }
  },
  @JsonProperty("integer")
  INTEGER("a whole number") {
    @Override
    OptionalDouble amount(String value) {
      return OptionalDouble.of(Integer.parseInt(value));
    }
  },
  @JsonProperty("number")
  NUMBER("a number") {
    @Override
    OptionalDouble amount(String value) {
      return OptionalDouble.of(Double.parseDouble(value));
    }
  },
  @JsonProperty("switch")
  SWITCH("true or false") {
    @Override
    OptionalDouble amount(String value) {
      if (!value.equals("true") && !value.equals("false")) {
        throw new IllegalArgumentException();
      }
      return OptionalDouble.empty();
    }
  },
  @JsonProperty("address")
  ADDRESS("an address, such as https://registry.example.org") {
    @Override
    OptionalDouble amount(String value) {
      if (!URI.create(value).isAbsolute()) {
        throw new IllegalArgumentException();
      }
      return OptionalDouble.empty();
    }
  },
  @JsonProperty("file")
  FILE("the path of a file") {
    @Override
    OptionalDouble amount(String value) {
      Path unused = Path.of(value); // throws where the system has no such name
      return OptionalDouble.empty();
    }
  },
  @JsonProperty("text")
  TEXT("a text") {
    @Override
    OptionalDouble amount(String value) {
      return OptionalDouble.empty();
    }
  };

  private static final Pattern BYTES = Pattern.compile("(\\d{1,18})([BbKkMmGgTtPpEe]?)");
  private static final Pattern SECONDS = Pattern.compile("\\d{1,18}");
  private static final Pattern MILLIS = Pattern.compile("(?i)(\\d{1,18})ms");
  private static final Pattern DAYS = Pattern.compile("(?i)\\d+d");

  /** The short form of hours, minutes and seconds. */
  private static final Pattern SHORT = Pattern.compile("(?i)\\d.*[hms]");

  private final String expected;

  ValueKind(String expected) {
    this.expected = expected;
  }

  /** For people. */
  String expected() {
    return expected;
  }

  /**
   * Reads a value.
   *
   * @return how much it is, in bytes or seconds where it has a unit; empty where nothing is counted
   * @throws IllegalArgumentException when a service would not understand it
   */
  abstract OptionalDouble amount(String value);

  /** As Quarkus reads them. */
  private static Duration duration(String value) {
    try {
      Matcher millis = MILLIS.matcher(value);
      if (millis.matches()) {
        return Duration.ofMillis(Long.parseLong(millis.group(1)));
      }
      if (SECONDS.matcher(value).matches()) {
        return Duration.ofSeconds(Long.parseLong(value));
      }
      if (DAYS.matcher(value).matches()) {
        return Duration.parse("P" + value);
      }
      return Duration.parse(SHORT.matcher(value).matches() ? "PT" + value : value);
    } catch (DateTimeParseException | ArithmeticException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
