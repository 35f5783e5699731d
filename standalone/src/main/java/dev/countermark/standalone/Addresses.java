package dev.countermark.standalone;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where clients find the gateway.
 *
 * @param url without a trailing slash
 * @param httpsUrl the same over TLS, where it does TLS
 * @param tlsAuthority PEM file of the authority of its TLS certificate, where that is one of our
 *     own
 */
public record Addresses(String url, Optional<String> httpsUrl, Optional<Path> tlsAuthority) {
  /** For clients that insist on TLS where they can have it. */
  public String secureUrl() {
    return httpsUrl.orElse(url);
  }
}
