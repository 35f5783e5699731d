package dev.countermark.gateway.nuget;

import dev.countermark.contracts.Json;
import dev.countermark.gateway.kit.Call;
import dev.countermark.gateway.kit.Dialect;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.Problem;
import dev.countermark.gateway.kit.Trouble;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.TreeMap;

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
    String printable = message.replaceAll("[^\\x20-\\x7e]", "?").strip();
    return printable.length() <= LONGEST ? printable : printable.substring(0, LONGEST - 3) + "...";
  }

  @Override
  public Failed failed(Trouble trouble, String detail) {
    String message =
        switch (trouble) {
          case UNAVAILABLE -> "The server is busy or starting: try again.";
          case NO_ROOM -> "The server cannot receive a package right now: try again.";
          case CUT_OFF -> "The request was cut off.";
          case UNFORESEEN -> "Unforeseen failure; the server's log has it.";
          case BUSY, LONGER_THAN_ANNOUNCED, TOO_LARGE, RANGE -> detail;
        };
    return new Failed(trouble.status(), message);
  }

  @Override
  public Response answer(Failed failed, Call call) {
    String phrase = phrase(failed.getMessage());
    // The body is for everybody else.
    call.http().response().setStatusMessage(phrase);
    Map<String, Object> problem = new TreeMap<>();
    problem.put("type", "about:blank");
    problem.put("title", phrase);
    problem.put("status", failed.status());
    problem.put("detail", phrase);
    Response.ResponseBuilder response =
        Response.status(failed.status(), phrase)
            .type(Problem.MEDIA_TYPE)
            .header(HttpHeaders.CACHE_CONTROL, "no-store")
            .entity(call.head() ? null : Json.write(problem));
    failed.headers().forEach(response::header);
    return response.build();
  }
}
