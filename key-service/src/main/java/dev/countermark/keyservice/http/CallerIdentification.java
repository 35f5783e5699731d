package dev.countermark.keyservice.http;

import dev.countermark.keyservice.Caller;
import dev.countermark.keyservice.Denials;
import dev.countermark.keyservice.KeyServiceException;
import dev.countermark.keyservice.KeyServiceException.Code;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.RequestScoped;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** Who made the request that is being answered. */
@RequestScoped
class CallerIdentification {
  private static final String SCHEME = "Bearer ";

  private final Clients clients;
  private final Denials denials;
  private final HttpServerRequest request;

  CallerIdentification(Clients clients, Denials denials, HttpServerRequest request) {
    this.clients = clients;
    this.denials = denials;
    this.request = request;
  }

  /**
   * @param operation what the caller wants, for the audit log
   * @throws KeyServiceException {@code UNAUTHENTICATED}
   */
  Caller require(String operation) {
    String header = request.getHeader("Authorization");
    // A credential that is wrong is not made up for by a certificate that is right.
    Optional<Caller> caller = header == null ? byCertificate() : byHeader(header);
    return caller.orElseThrow(
        () -> {
          String reason = header == null ? "no credential" : "unknown credential";
          denials.record(Optional.empty(), Optional.empty(), operation, reason);
          return new KeyServiceException(Code.UNAUTHENTICATED, reason);
        });
  }

  private Optional<Caller> byHeader(String header) {
    return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        ? clients.byCredential(header.substring(SCHEME.length()).strip())
        : Optional.empty();
  }

  private Optional<Caller> byCertificate() {
    SSLSession session = request.sslSession();
    if (session == null) {
      return Optional.empty();
    }
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate certificate
          ? clients.bySubject(certificate.getSubjectX500Principal())
          : Optional.empty();
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty(); // TLS without a client certificate.
    }
  }
}
