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

  private Patience() {}

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
