package dev.countermark.gateway.kit;

import jakarta.ws.rs.core.Response;
import java.util.Map;

/** Ends a request with a {@link Problem}. */
public final class ProblemException extends RuntimeException {
  private final Problem.Kind kind;
  private final transient Map<String, String> headers;

  public ProblemException(Problem.Kind kind, String detail) {
    this(kind, detail, Map.of());
  }

  public ProblemException(Problem.Kind kind, String detail, Map<String, String> headers) {
    super(detail, null, false, false);
    this.kind = kind;
    this.headers = headers;
  }

  public Response response() {
    return Problem.response(kind, getMessage(), headers);
  }

  /** The same of a part of a larger document. */
  public ProblemException at(String where) {
    return new ProblemException(kind, where + getMessage(), headers);
  }
}
