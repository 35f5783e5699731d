package dev.countermark.gateway.swift.view;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of a source repository without what does not matter: scheme, user, port of the
 * scheme, a trailing {@code .git} or slash, and case.
 *
 * @see "swift reference, section 1.8"
 */
final class SourceAddress {
  private static final Pattern URL =
      Pattern.compile("(?:git\\+)?(https?|ssh|git)://(?:[^/@]*@)?([^/:@]+)(?::(\\d{1,5}))?/+(.*)");
  private static final Pattern SCP = Pattern.compile("(?:[^/@:]+@)?([^/@:]+):(?!//)/*(.*)");
  private static final int LONGEST = 2_000;

  private SourceAddress() {}

  /** {@code host[:port]/path}; empty when it is no address. */
  static Optional<String> normalized(String address) {
    String text = address.strip();
    if (text.length() > LONGEST) {
      return Optional.empty();
    }
    Matcher url = URL.matcher(text.toLowerCase(Locale.ROOT));
    if (url.matches()) {
      String port = url.group(3) == null || isUsual(url.group(1), url.group(3)) ? "" : url.group(3);
      return of(url.group(2) + (port.isEmpty() ? "" : ":" + port), url.group(4));
    }
    Matcher scp = SCP.matcher(text.toLowerCase(Locale.ROOT));
    return scp.matches() ? of(scp.group(1), scp.group(2)) : Optional.empty();
  }

  private static boolean isUsual(String scheme, String port) {
    return switch (scheme) {
      case "https" -> port.equals("443");
      case "http" -> port.equals("80");
      case "ssh" -> port.equals("22");
      default -> port.equals("9418");
    };
  }

  private static Optional<String> of(String host, String path) {
    String bare = path;
    int end = indexOfAny(bare);
    bare = bare.substring(0, end);
    while (bare.endsWith("/")) {
      bare = bare.substring(0, bare.length() - 1);
    }
    if (bare.endsWith(".git")) {
      bare = bare.substring(0, bare.length() - ".git".length());
    }
    return bare.isEmpty() ? Optional.empty() : Optional.of(host + "/" + bare);
  }

  private static int indexOfAny(String path) {
    for (int i = 0; i < path.length(); i++) {
      if (path.charAt(i) == '?' || path.charAt(i) == '#') {
        return i;
      }
    }
    return path.length();
  }
}
