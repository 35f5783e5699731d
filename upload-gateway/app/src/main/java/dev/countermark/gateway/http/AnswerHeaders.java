package dev.countermark.gateway.http;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
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

  void register(@Observes Filters filters) {
    filters.register(AnswerHeaders::complete, FIRST);
  }

  private static void complete(RoutingContext context) {
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
