package dev.countermark.gateway.kit;

import dev.countermark.contracts.Json;
import dev.countermark.gateway.auth.AuthChallenge;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a format's clients are told of failures. Without words of its own a format answers with
 * problem documents.
 *
 * @see "RFC 9457"
 */
public interface Dialect {
  /** The answer, with its body. */
  default Response answer(Failed failed, Call call) {
    Response.Status status = Response.Status.fromStatusCode(failed.status());
    String title = status == null ? "Unprocessable Content" : status.getReasonPhrase();
    return problem(failed, title, call).build();
  }

  /**
   * A problem document that says no more than its status and the message.
   *
   * @param title the status line's reason
   */
  static Response.ResponseBuilder problem(Failed failed, String title, Call call) {
    Map<String, Object> problem = new TreeMap<>();
    problem.put("type", "about:blank");
    problem.put("title", title);
    problem.put("status", failed.status());
    problem.put("detail", failed.getMessage());
    byte[] body = Json.write(problem);
    Response.ResponseBuilder response =
        Response.status(failed.status())
            .type(Problem.MEDIA_TYPE)
            .header(HttpHeaders.CONTENT_LENGTH, body.length)
            .header(HttpHeaders.CACHE_CONTROL, "no-store")
            .entity(call.head() ? null : body);
    failed.headers().forEach(response::header);
    return response;
  }

  /**
   * In this format's words and with its code.
   *
   * @param detail what is to be said of it, if there is more to say than the kind of trouble
   */
  default Failed failed(Trouble trouble, String detail) {
    String message =
        switch (trouble) {
          case UNAVAILABLE -> "The server is busy or starting: try again.";
          case NO_ROOM -> "The server cannot receive a package right now: try again.";
          case CUT_OFF -> "The request was cut off.";
          case UNFORESEEN -> "Unforeseen failure; the server's log has it.";
          case ADDRESS, BUSY, TOO_MANY, TOO_SLOW, TOO_LARGE, RANGE, DAMAGED -> detail;
        };
    return new Failed(trouble.status(), message);
  }

  /** A caller who may not do what he asked for. */
  default Failed denied(DeniedException e) {
    return switch (e.reason()) {
      case INVALID_CREDENTIALS, NO_CREDENTIALS ->
          new Failed(401, e.getMessage()).with(HttpHeaders.WWW_AUTHENTICATE, AuthChallenge.BASIC);
      case READ_ONLY, FORBIDDEN -> new Failed(403, e.getMessage());
      case UNKNOWN_REPOSITORY -> new Failed(404, e.getMessage());
    };
  }
}
