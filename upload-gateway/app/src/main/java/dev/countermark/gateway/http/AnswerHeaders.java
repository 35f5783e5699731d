package dev.countermark.gateway.http;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** What every answer says, whoever makes it. */
@ApplicationScoped
class AnswerHeaders {
  /** Before everything else that may answer. */
  private static final int FIRST = 1_002;

  private static final int ERRORS = 400;

  private volatile boolean leaving;

  void register(@Observes Filters filters) {
    filters.register(this::complete, FIRST);
  }

  void leave(@Observes ShutdownDelayInitiatedEvent event) {
    leaving = true;
  }

  private void complete(RoutingContext context) {
    context.addHeadersEndHandler(
        unused -> {
          MultiMap headers = context.response().headers();
          headers.set("X-Content-Type-Options", "nosniff");
          if (isOfOneHost(context.request())) {
            headers.set("Strict-Transport-Security", "max-age=31536000");
          }
          if (!headers.contains(HttpHeaders.CACHE_CONTROL)) {
            headers.set(HttpHeaders.CACHE_CONTROL, caching(context.response().getStatusCode()));
          }
          if (leaving && context.request().version() == HttpVersion.HTTP_1_1) {
            // Whoever has a connection goes on by another one, which leads elsewhere: this one is
            // cut off when the process ends, perhaps as a request comes that nobody repeats.
            headers.set(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
          }
        });
    context.next();
  }

  /**
   * Without TLS the header means nothing. Browsers remember it for all ports of a name, and {@code
   * localhost} is everybody's.
   *
   * @see "RFC 6797, sections 7.2 and 8.1"
   */
  private static boolean isOfOneHost(HttpServerRequest request) {
    HostAndPort called = request.authority();
    return request.isSSL() && (called == null || !called.host().equalsIgnoreCase("localhost"));
  }

  /** Of answers that say nothing themselves: no proxy gives one caller's answer to another. */
  private static String caching(int status) {
    return status >= ERRORS ? "no-store" : "private, no-cache";
  }
}
