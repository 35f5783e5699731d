package dev.countermark.gateway.swift;

import dev.countermark.gateway.kit.Failed;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which version of the API a client wants. Ours is 1; whoever does not say, or takes anything, gets
 * it.
 *
 * @see "swift reference, section 1.2"
 */
final class Negotiation {
  private static final String PREFIX = "application/vnd.swift.registry";
  private static final Pattern VERSIONED =
      Pattern.compile("(?:\\.v([0-9]{1,9}))?(?:\\+(?:json|zip|swift))?");

  private Negotiation() {}

  /**
   * @param accept the values of {@code Accept}
   * @throws Failed 400 or 415 when none of them can be served
   */
  static void check(List<String> accept) {
    Failed refused = null;
    for (String header : accept) {
      for (String range : header.split(",")) {
        String type = range.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (!type.startsWith(PREFIX)) {
          return;
        }
        Matcher version = VERSIONED.matcher(type.substring(PREFIX.length()));
        if (!version.matches()) {
          refused =
              new Failed(
                  400, "Accept names no version of the registry API: ask for " + PREFIX + ".v1.");
        } else if (version.group(1) == null || Integer.parseInt(version.group(1)) == 1) {
          return;
        } else {
          refused =
              new Failed(415, "This registry speaks version 1 only: ask for " + PREFIX + ".v1.");
        }
      }
    }
    if (refused != null) {
      throw refused;
    }
  }
}
