package dev.countermark.gateway.api;

import jakarta.ws.rs.core.Response;
import java.util.Map;

/** Ends a request with a {@link Problem}. */
public final class ProblemException extends RuntimeException {
  private final Problem.Kind kind;
  private final transient Map<String, String> headers;

  public ProblemException(Problem.Kind kind, String detail) {
    this(kind, detail, Map.of());
  }

  ProblemException(Problem.Kind kind, String detail, Map<String, String> headers) {
    super(detail, null, false, false);
    this.kind = kind;
    this.headers = headers;
  }

  Response response() {
    return Problem.response(kind, getMessage(), headers);
  }
}
