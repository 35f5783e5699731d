package dev.countermark.gateway.swift;

import dev.countermark.gateway.kit.Call;
import dev.countermark.gateway.kit.Dialect;
import dev.countermark.gateway.kit.Failed;
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
  public Response answer(Failed failed, Call call) {
    return Response.fromResponse(Dialect.super.answer(failed, call))
        .header(SwiftAnswers.CONTENT_VERSION, "1")
        .build();
  }
}
