package dev.countermark.gateway.http;

import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.RequestMemory;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Bodies of requests belong to the client until somebody reads them. Without this the server would
 * collect in memory what no resource has read, as of every push that is refused.
 */
@ApplicationScoped
class RequestBodies {
  /** Before everything else that looks at a request. */
  private static final int FIRST = 1_000;

  /** What a body may have where a format takes no content: a form, a document, a question. */
  static final long LARGEST_DOCUMENT = 1 << 20;

  private final GatewayFormats formats;
  private final RequestMemory memory;

  RequestBodies(GatewayFormats formats, RequestMemory memory) {
    this.formats = formats;
    this.memory = memory;
  }

  void register(@Observes Filters filters) {
    filters.register(this::watch, FIRST);
  }

  private void watch(RoutingContext context) {
    memory.open(context);
    HttpServerRequest request = context.request();
    if (hasBody(request)) {
      if (!isContent(request)) {
        context.put(VertxHttpRecorder.MAX_REQUEST_SIZE_KEY, LARGEST_DOCUMENT);
      }
      context.addHeadersEndHandler(
          headers -> {
            if (!isRead(request) && request.version() != HttpVersion.HTTP_2) {
              context.response().headers().set(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            }
          });
      context.addEndHandler(
          answered -> {
            // Also called when the client went away: then whoever reads the body is told so.
            if (context.response().ended() && !context.response().closed() && !isRead(request)) {
              UnreadBody.discard(context.vertx(), request);
            }
          });
    }
    context.next();
  }

  private static boolean hasBody(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return length == null
        ? request.version() == HttpVersion.HTTP_2
            || request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
        : !length.equals("0");
  }

  /** Who knows the length asks for no byte behind it, so that the end is not always noticed. */
  private static boolean isRead(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return request.isEnded() || length != null && request.bytesRead() >= Long.parseLong(length);
  }

  private boolean isContent(HttpServerRequest request) {
    String method = request.method().name();
    return formats.all().stream().anyMatch(f -> f.takesContent(method, request.path()));
  }
}
