package dev.countermark.gateway.nuget;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer to a client that is not what it asked for. The message becomes the reason phrase, the
 * only thing that the NuGet client shows: one line of ASCII, what is wrong and what to do.
 */
final class NugetException extends RuntimeException {
  private static final int LONGEST = 200;

  private final int status;
  private final Map<String, String> headers = new LinkedHashMap<>();

  NugetException(int status, String message) {
    super(phrase(message));
    this.status = status;
  }

  /** Fit for a status line: printable ASCII, no line breaks, not too long. */
  static String phrase(String message) {
    String printable = message.replaceAll("[^\\x20-\\x7e]", "?").strip();
    return printable.length() <= LONGEST ? printable : printable.substring(0, LONGEST - 3) + "...";
  }

  NugetException with(String header, String value) {
    headers.put(header, value);
    return this;
  }

  int status() {
    return status;
  }

  Map<String, String> headers() {
    return headers;
  }

  /**
   * A package that is not taken.
   *
   * @param code of the client; empty for none
   */
  static NugetException refused(String code, String message) {
    return new NugetException(400, code.isEmpty() ? message : code + ": " + message);
  }

  static NugetException notFound(String message) {
    return new NugetException(404, message);
  }
}
