package dev.countermark.gateway.nuget;

import dev.countermark.gateway.kit.AnswerBytes;
import dev.countermark.gateway.kit.CacheableDocuments;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** What answers of a feed have in common. */
final class FeedAnswers {
  private FeedAnswers() {}

  static Response json(FeedRequest request, byte[] document) {
    return body(request, document, MediaType.APPLICATION_JSON).build();
  }

  static Response.ResponseBuilder body(FeedRequest request, byte[] content, String type) {
    return Response.ok(request.head() ? null : new AnswerBytes(content))
        .type(type)
        .header(HttpHeaders.CONTENT_LENGTH, content.length);
  }

  /** What everybody may keep: the documents of clients that verify. */
  static Response cacheable(FeedRequest request, byte[] content, String type, int seconds) {
    Response answer =
        CacheableDocuments.response(
            content, type, request.header(HttpHeaders.IF_NONE_MATCH).orElse(null), seconds);
    return request.head() && answer.getStatus() == 200
        ? Response.fromResponse(answer)
            .entity(null)
            .header(HttpHeaders.CONTENT_LENGTH, content.length)
            .build()
        : answer;
  }
}
