package dev.countermark.gateway.http;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * HTTP/2 is for clients that come over TLS. A request that asks for it on a plain connection has
 * its body in HTTP/1.1, which the server collects in memory whether anybody reads it or not.
 *
 * @see "RFC 9113, section 3.1, which took the upgrade away"
 */
@ApplicationScoped
class PlainHttp implements HttpServerOptionsCustomizer {
  @Override
  public void customizeHttpServer(HttpServerOptions options) {
    options.setHttp2ClearTextEnabled(false);
  }
}
