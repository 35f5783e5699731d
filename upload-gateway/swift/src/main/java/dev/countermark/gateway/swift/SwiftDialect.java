package dev.countermark.gateway.swift;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.contracts.Json;
import dev.countermark.gateway.kit.Call;
import dev.countermark.gateway.kit.Dialect;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.Problem;
import dev.countermark.gateway.kit.Trouble;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;

/**
 * How Swift clients are told of failures. The message is the {@code detail} that they show: what is
 * wrong and what to do.
 */
final class SwiftDialect implements Dialect {
  static Failed notFound(String detail) {
    return new Failed(404, detail);
  }

  static Failed noRelease() {
    return notFound("The registry has no such release.");
  }

  static Failed unprocessable(String detail) {
    return new Failed(422, detail);
  }

  @Override
  public Failed failed(Trouble trouble, String detail) {
    String message =
        switch (trouble) {
          case UNAVAILABLE -> "The server is busy or starting: try again.";
          case NO_ROOM -> "The server cannot receive a release right now: try again.";
          case CUT_OFF -> "The request was cut off.";
          case UNFORESEEN -> "Unforeseen failure; the server's log has it.";
          case BUSY, LONGER_THAN_ANNOUNCED, TOO_LARGE, RANGE -> detail;
        };
    return new Failed(trouble.status(), message);
  }

  @Override
  public Response answer(Failed failed, Call call) {
    Response.Status status = Response.Status.fromStatusCode(failed.status());
    ObjectNode problem = JsonNodeFactory.instance.objectNode();
    problem.put("type", "about:blank");
    problem.put("title", status == null ? "Unprocessable Content" : status.getReasonPhrase());
    problem.put("status", failed.status());
    problem.put("detail", failed.getMessage());
    byte[] body = Json.write(problem);
    Response.ResponseBuilder response =
        Response.status(failed.status())
            .type(Problem.MEDIA_TYPE)
            .header(HttpHeaders.CONTENT_LENGTH, body.length)
            .header(SwiftAnswers.CONTENT_VERSION, "1")
            .header(HttpHeaders.CACHE_CONTROL, "no-store")
            .header("X-Content-Type-Options", "nosniff")
            .entity(call.head() ? null : body);
    failed.headers().forEach(response::header);
    return response.build();
  }
}
