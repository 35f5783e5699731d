package dev.countermark.gateway.kit;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The body of every error.
 *
 * @param type a URN that names the kind of problem; programs look at this
 * @param title the kind in words
 * @param status HTTP status
 * @param detail what was expected, what was found, what to do
 * @see "RFC 9457"
 */
@Schema(description = "What went wrong (RFC 9457)")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(String type, String title, int status, String detail) {
  public static final String MEDIA_TYPE = "application/problem+json";

  /** The kinds of problem; part of the API, never renamed. */
  public enum Kind {
    MALFORMED_REQUEST(400, "The request is not what this address takes"),
    UNKNOWN_MEMBER(400, "The JSON has a member that is not known"),
    INVALID_VALUE(400, "A value is not one of those allowed"),
    INVALID_NAME(400, "That is no repository name"),
    UNAUTHENTICATED(401, "Credentials are missing or not valid"),
    FORBIDDEN(403, "The credentials do not allow this"),
    REPOSITORY_UNKNOWN(404, "There is no such repository"),
    TOKEN_UNKNOWN(404, "There is no such token"),
    RESYNC_UNKNOWN(404, "There is no such campaign"),
    LETTER_UNKNOWN(404, "There is no such dead letter"),
    WEBHOOK_UNKNOWN(404, "There is no such webhook"),
    KEY_UNKNOWN(404, "There is no such key or document"),
    PACKAGE_UNKNOWN(404, "There is no such package"),
    TOO_SLOW(408, "The request came too slowly"),
    CONFIRMATION_NEEDED(409, "This breaks clients and needs a confirmation"),
    RESYNC_TAKEN(409, "This campaign cannot be started"),
    NOT_REPLAYABLE(409, "This cannot be handed in again"),
    TOO_MANY_WEBHOOKS(409, "The repository has no room for more webhooks"),
    TOO_LARGE(413, "The request is too large"),
    TOO_MANY_REQUESTS(429, "Too many requests"),
    DAMAGED(500, "What is stored is damaged"),
    UNAVAILABLE(503, "A part of the platform does not answer");

    private final int status;
    private final String title;

    Kind(int status, String title) {
      this.status = status;
      this.title = title;
    }

    private String type() {
      return "urn:countermark:problem:"
          + name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
  }

  static Problem of(Kind kind, String detail) {
    return new Problem(kind.type(), kind.title, kind.status, detail);
  }

  /** The response to a problem. */
  public static Response response(Kind kind, String detail) {
    return response(kind, detail, Map.of());
  }

  public static Response response(Kind kind, String detail, Map<String, String> headers) {
    Response.ResponseBuilder response =
        Response.status(kind.status)
            .type(MEDIA_TYPE)
            .header(HttpHeaders.CACHE_CONTROL, "no-store")
            .entity(of(kind, detail));
    headers.forEach(response::header);
    if (kind == Kind.UNAVAILABLE) {
      response.header(HttpHeaders.RETRY_AFTER, 2);
    }
    return response.build();
  }
}
