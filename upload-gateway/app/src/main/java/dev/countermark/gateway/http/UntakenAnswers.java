package dev.countermark.gateway.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * Clients may send requests without waiting for the answers. Whoever does not take the answers to
 * those before gets no other one made meanwhile, or the server would collect them.
 *
 * @see "RFC 9112, section 9.3.2"
 */
final class UntakenAnswers {
  private static final long PATIENCE_MILLIS = 30_000;

  private UntakenAnswers() {}

  static void hold(RoutingContext context) {
    HttpServerResponse response = context.response();
    if (!response.writeQueueFull()) {
      context.next();
      return;
    }
    HttpServerRequest request = context.request();
    request.pause();
    Vertx vertx = context.vertx();
    long patience = vertx.setTimer(PATIENCE_MILLIS, over -> request.connection().close());
    response.closeHandler(closed -> vertx.cancelTimer(patience));
    response.drainHandler(
        taken -> {
          if (vertx.cancelTimer(patience)) {
            response.drainHandler(null);
            response.closeHandler(null);
            request.resume();
            context.next();
          }
        });
  }
}
