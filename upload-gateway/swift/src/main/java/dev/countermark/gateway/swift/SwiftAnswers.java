package dev.countermark.gateway.swift;

import dev.countermark.gateway.content.EntityTag;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.kit.AnswerBytes;
import dev.countermark.gateway.kit.Failed;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/** How a registry answers: what all answers carry, and what caches may do with them. */
final class SwiftAnswers {
  static final String CONTENT_VERSION = "Content-Version";

  /** What is new must be seen at once; whoever has it already is told so. */
  static final String CHECKED = "public, no-cache";

  private SwiftAnswers() {}

  static Response loggedIn() {
    return Response.ok()
        .header(CONTENT_VERSION, "1")
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }

  /** Where the API is described, for whoever asks what is here. */
  static Response options(String base) {
    return Response.ok()
        .header(HttpHeaders.ALLOW, "GET, HEAD, PUT, DELETE, POST, OPTIONS")
        .header("Link", "<" + base + "/api/v1/openapi>; rel=\"service-desc\"")
        .header(CONTENT_VERSION, "1")
        .build();
  }

  static Response available(boolean head) {
    byte[] body = "{}".getBytes(StandardCharsets.US_ASCII);
    return Response.ok(head ? null : body)
        .type(MediaType.APPLICATION_JSON)
        .header(HttpHeaders.CONTENT_LENGTH, body.length)
        .header(CONTENT_VERSION, "1")
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }

  /**
   * Something that caches may keep and ask again for by its hash.
   *
   * @param caching what caches may do with it where everybody may read
   */
  static Response.ResponseBuilder document(
      SwiftRequest request, byte[] content, String type, String caching) {
    EntityTag tag =
        new EntityTag(HexFormat.of().formatHex(PartReceiver.digest("SHA-256").digest(content)));
    Response.ResponseBuilder response =
        tag.isHeldBy(request.headers())
            ? tag.notModified()
            : Response.ok(request.head() ? null : new AnswerBytes(content))
                .type(type)
                .header(HttpHeaders.CONTENT_LENGTH, content.length)
                .header(HttpHeaders.ETAG, tag.quoted());
    return response
        .header(CONTENT_VERSION, "1")
        .header(HttpHeaders.CACHE_CONTROL, request.caching(caching));
  }

  static Response json(SwiftRequest request, byte[] document, List<String> links) {
    Response.ResponseBuilder response =
        document(request, document, MediaType.APPLICATION_JSON, CHECKED);
    links(response, links);
    return response.build();
  }

  /** One header for all: not every client reads more than one. */
  static void links(Response.ResponseBuilder response, List<String> links) {
    if (!links.isEmpty()) {
      response.header("Link", String.join(", ", links));
    }
  }

  static Failed notAllowed(String detail, String allowed) {
    return new Failed(405, detail).with(HttpHeaders.ALLOW, allowed);
  }
}
