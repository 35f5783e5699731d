package dev.countermark.gateway.nuget;

import dev.countermark.gateway.kit.Call;
import dev.countermark.gateway.kit.Dialect;
import dev.countermark.gateway.kit.Failed;
import jakarta.ws.rs.core.Response;

/**
 * How NuGet clients are told of failures. The message becomes the reason phrase, the only thing
 * that the client shows: one line of ASCII, what is wrong and what to do.
 */
final class FeedDialect implements Dialect {
  private static final int LONGEST = 200;

  /**
   * A package that is not taken.
   *
   * @param code of the client; empty for none
   */
  static Failed refused(String code, String message) {
    return new Failed(400, code.isEmpty() ? message : code + ": " + message);
  }

  static Failed notFound(String message) {
    return new Failed(404, message);
  }

  /** Fit for a status line: printable ASCII, no line breaks, not too long. */
  static String phrase(String message) {
    String printable = line(message);
    return printable.length() <= LONGEST ? printable : printable.substring(0, LONGEST - 3) + "...";
  }

  /** Fit for a header: printable ASCII, no line breaks. */
  static String line(String message) {
    return message.replaceAll("[^\\x20-\\x7e]", "?").strip();
  }

  @Override
  public Response answer(Failed failed, Call call) {
    String phrase = phrase(failed.getMessage());
    // The body is for everybody else.
    call.http().response().setStatusMessage(phrase);
    return Dialect.problem(failed, phrase, call).status(failed.status(), phrase).build();
  }
}
