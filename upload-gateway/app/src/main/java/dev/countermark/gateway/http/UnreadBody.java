package dev.countermark.gateway.http;

import dev.countermark.gateway.transfer.ReadSize;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import org.jboss.logging.Logger;

/**
 * The rest of a request that was answered before it was read. Whoever is cut off while he sends
 * does not see the answer; so what he sends is thrown away for a while, without being kept.
 */
final class UnreadBody {
  private static final Logger LOG = Logger.getLogger(UnreadBody.class);
  private static final long MOST_BYTES = 1L << 30;

  /** Without any byte; a client with a slow line still gets its answer. */
  private static final long IDLE_MILLIS = 10_000;

  private static final int MOST_IDLE_PERIODS = 30;

  /** HTTP/2: the answer is whole, the rest of the request is not wanted (RFC 9113, 8.1). */
  private static final long NO_ERROR = 0;

  private final HttpServerRequest request;
  private final Runnable over;
  private long bytes;
  private long bytesBefore = -1;
  private int periods;

  private UnreadBody(HttpServerRequest request, Runnable over) {
    this.request = request;
    this.over = over;
  }

  /**
   * @param over called once, when nothing of the body is waited for any more
   */
  static void discard(Vertx vertx, HttpServerRequest request, Runnable over) {
    UnreadBody body = new UnreadBody(request, over);
    try {
      body.begin(vertx);
    } catch (IllegalStateException e) {
      over.run();
      // It ended in this moment: nothing is left to be read.
      LOG.debugf("a request ended while its answer left: %s", e.getMessage());
    }
  }

  private void begin(Vertx vertx) {
    request.exceptionHandler(broken -> periods = MOST_IDLE_PERIODS);
    request.endHandler(
        end -> {
          periods = MOST_IDLE_PERIODS;
          if (!isStream()) {
            request.connection().close(); // as the answer said
          }
        });
    request.handler(piece -> count(piece.length()));
    long unused =
        vertx.setPeriodic(
            IDLE_MILLIS,
            timer -> {
              if (periods++ >= MOST_IDLE_PERIODS || bytes == bytesBefore) {
                vertx.cancelTimer(timer);
                cutOff();
                over.run();
              }
              bytesBefore = bytes;
            });
    ReadSize.of(request).open(false);
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
    if (!isStream()) {
      request.connection().close();
    } else if (!request.isEnded()) {
      request.response().reset(NO_ERROR);
    }
  }
}
