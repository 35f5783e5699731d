package dev.countermark.gateway.http;

import dev.countermark.gateway.connections.ConnectionGuard;
import dev.countermark.gateway.connections.Connections.Connection;
import dev.countermark.gateway.kit.RequestMemory;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;

/**
 * Bodies of requests belong to the client until somebody reads them. Without this the server would
 * collect in memory what no resource has read, as of every push that is refused. How much is read
 * is the business of who reads it.
 */
@ApplicationScoped
class RequestBodies {
  /** Before everything else that looks at a request. */
  private static final int FIRST = 1_000;

  private final RequestMemory memory;

  RequestBodies(RequestMemory memory) {
    this.memory = memory;
  }

  void register(@Observes Filters filters) {
    filters.register(UntakenAnswers::hold, FIRST + 1);
    filters.register(this::watch, FIRST);
  }

  private void watch(RoutingContext context) {
    HttpServerRequest request = context.request();
    // Worked out at the first question, which two threads must not ask at a time: one that answers,
    // and this one when the client hangs up.
    boolean unused = request.isSSL();
    // Of one that is closed already nobody would tell the end.
    Optional<Connection> connection =
        context.response().closed() ? Optional.empty() : ConnectionGuard.of(request);
    connection.ifPresent(Connection::begun);
    Runnable over = () -> connection.ifPresent(Connection::ended);
    if (hasBody(request)) {
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
              UnreadBody.discard(context.vertx(), request, over);
            } else {
              over.run();
            }
          });
    } else {
      context.addEndHandler(answered -> over.run());
    }
    // The last to be added is the first to be called at the end: nothing keeps it from that.
    memory.open(context);
    context.next();
  }

  private static boolean hasBody(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return length == null
        ? request.version() == HttpVersion.HTTP_2
            || request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
        : !length.equals("0");
  }

  /**
   * Whoever knows the length asks for no byte behind it, and whoever does not has asked for nothing
   * behind the end: in both cases the end is there and was not noticed.
   */
  private static boolean isRead(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length != null) {
      return request.isEnded() || request.bytesRead() >= Long.parseLong(length);
    }
    return request.isEnded() || request.fetch(1).isEnded();
  }
}
