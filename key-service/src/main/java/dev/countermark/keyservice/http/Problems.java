package dev.countermark.keyservice.http;

import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Json;
import dev.countermark.keyservice.KeyServiceException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * Turns failures into {@code application/problem+json} (RFC 9457); the only place with statuses.
 */
class Problems {
  private static final Logger LOG = Logger.getLogger(Problems.class);

  @ServerExceptionMapper
  Response refused(KeyServiceException e) {
    return switch (e.code()) {
      case INVALID_REQUEST -> problem(400, e);
      case UNAUTHENTICATED ->
          Response.fromResponse(problem(401, e))
              .header("WWW-Authenticate", "Bearer realm=\"countermark key service\"")
              .build();
      case DENIED -> {
        LOG.warn(e.getMessage());
        yield problem(403, e);
      }
      case NOT_FOUND -> problem(404, e);
      case CONFLICT -> problem(409, e);
      case AUDIT_BROKEN, RECORD_UNUSABLE -> {
        LOG.error(e.getMessage());
        yield problem(500, e);
      }
    };
  }

  @ServerExceptionMapper
  Response away(Failure.Transient e) {
    LOG.warn("store: " + e.getMessage());
    return Response.fromResponse(
            problem(503, "store-unavailable", "the object store is away or slow"))
        .header("Retry-After", "1")
        .build();
  }

  /** What the framework refuses: unknown paths, methods, media types. */
  @ServerExceptionMapper
  Response http(WebApplicationException e) {
    int status = e.getResponse().getStatus();
    Response.StatusType known = Response.Status.fromStatusCode(status);
    return problem(status, "http", known == null ? "refused" : known.getReasonPhrase());
  }

  @ServerExceptionMapper
  Response unforeseen(RuntimeException e) {
    LOG.error("unforeseen failure", e);
    return problem(500, "internal", "an unforeseen failure; the log has it");
  }

  private static Response problem(int status, KeyServiceException e) {
    return problem(
        status, e.code().name().toLowerCase(Locale.ROOT).replace('_', '-'), e.getMessage());
  }

  private static Response problem(int status, String code, String detail) {
    Map<String, Object> body = new TreeMap<>();
    body.put("type", "about:blank");
    body.put("status", status);
    body.put("title", code);
    body.put("detail", detail);
    return Response.status(status)
        .type("application/problem+json")
        .entity(Json.write(body))
        .build();
  }
}
