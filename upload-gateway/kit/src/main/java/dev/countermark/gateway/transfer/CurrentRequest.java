package dev.countermark.gateway.transfer;

import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.Executor;

/**
 * The request that a thread began to answer.
 *
 * @param http the request itself, which any thread may ask
 * @param continuing for what goes on with it on other threads; may block
 * @param end has something done when the request is over, whatever came of it
 */
public record CurrentRequest(HttpServerRequest http, Executor continuing, End end) {
  /** Where to say what is done when a request is over. */
  @FunctionalInterface
  public interface End {
    void then(Runnable over);
  }
}
