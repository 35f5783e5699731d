package dev.countermark.gateway.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/**
 * The rest of a request that was answered before it was read. Whoever is cut off while he sends
 * does not see the answer; so what he sends is thrown away for a while, without being kept.
 */
final class UnreadBody {
  private static final long MOST_BYTES = 1L << 30;
  private static final long MOST_MILLIS = 10_000;

  /** HTTP/2: the answer is whole, the rest of the request is not wanted (RFC 9113, 8.1). */
  private static final long NO_ERROR = 0;

  private final HttpServerRequest request;
  private long bytes;

  private UnreadBody(HttpServerRequest request) {
    this.request = request;
  }

  static void discard(Vertx vertx, HttpServerRequest request) {
    UnreadBody body = new UnreadBody(request);
    long timer = vertx.setTimer(MOST_MILLIS, late -> body.cutOff());
    request.exceptionHandler(broken -> vertx.cancelTimer(timer));
    request.endHandler(
        end -> {
          vertx.cancelTimer(timer);
          if (!body.isStream()) {
            request.connection().close(); // as the answer said
          }
        });
    request.handler(piece -> body.count(piece.length()));
    request.resume();
  }

  private void count(int more) {
    bytes += more;
    if (bytes > MOST_BYTES) {
      cutOff();
    }
  }

  /** One of many requests of a connection. */
  private boolean isStream() {
    return request.version() == HttpVersion.HTTP_2;
  }

  private void cutOff() {
    if (isStream()) {
      request.response().reset(NO_ERROR);
    } else {
      request.connection().close();
    }
  }
}
