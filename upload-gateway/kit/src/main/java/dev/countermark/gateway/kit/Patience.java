package dev.countermark.gateway.kit;

import jakarta.ws.rs.core.HttpHeaders;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long a client wants to wait until what it asked for is done.
 *
 * @see "RFC 7240, section 4.3"
 */
public final class Patience {
  private static final Pattern WAIT = Pattern.compile("(?:.*[,; ])?wait=([0-9]{1,6})(?:[,; ].*)?");

  private static final Pattern SECONDS = Pattern.compile("[0-9]|[1-5][0-9]|60");

  private Patience() {}

  /**
   * The parameter {@code wait} of an address.
   *
   * @param wait seconds; null for none
   * @throws ProblemException when it is no number from 0 to 60
   */
  public static Duration ofParameter(String wait) {
    if (wait == null) {
      return Duration.ZERO;
    }
    if (!SECONDS.matcher(wait).matches()) {
      throw new ProblemException(
          Problem.Kind.INVALID_VALUE, "wait is a number of seconds, 0 to 60");
    }
    return Duration.ofSeconds(Long.parseLong(wait));
  }

  /**
   * @param longest what is waited at most, and when the client says nothing
   */
  public static Duration of(HttpHeaders headers, Duration longest) {
    return Optional.ofNullable(headers.getHeaderString("Prefer"))
        .map(WAIT::matcher)
        .filter(Matcher::matches)
        .map(m -> Duration.ofSeconds(Long.parseLong(m.group(1))))
        .filter(wanted -> wanted.compareTo(longest) < 0)
        .orElse(longest);
  }
}
