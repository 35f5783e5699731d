package dev.countermark.gateway.http;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which TLS clients find, whichever way the certificate is configured: clients of before TLS 1.3,
 * too, with suites that keep what was recorded a secret when the key is lost.
 *
 * @see "RFC 9325, sections 3.1.1 and 4.2"
 */
@ApplicationScoped
class SecureHttp implements HttpServerOptionsCustomizer {
  private static final Set<String> PROTOCOLS = new LinkedHashSet<>(List.of("TLSv1.3", "TLSv1.2"));

  private static final List<String> SUITES =
      List.of(
          "TLS_AES_256_GCM_SHA384",
          "TLS_AES_128_GCM_SHA256",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  @Override
  public void customizeHttpsServer(HttpServerOptions options) {
    options.setEnabledSecureTransportProtocols(PROTOCOLS);
    SUITES.forEach(options::addEnabledCipherSuite);
  }
}
