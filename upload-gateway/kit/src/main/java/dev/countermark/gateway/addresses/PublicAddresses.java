package dev.countermark.gateway.addresses;

import java.net.URI;
import java.util.Optional;

/**
 * Where clients find this gateway. Where it listens with and without TLS, each client is answered
 * with addresses of the scheme that it came by.
 */
public final class PublicAddresses {
  private final String plain;
  private final String secure;

  /**
   * @param url {@code countermark.public-url}; https when TLS ends in front of the gateway
   * @param httpsUrl {@code countermark.public-https-url}, where the gateway itself does TLS
   */
  public PublicAddresses(URI url, Optional<URI> httpsUrl) {
    if (httpsUrl.isPresent() && !"https".equals(httpsUrl.get().getScheme())) {
      throw new IllegalArgumentException("countermark.public-https-url must be https");
    }
    this.plain = withoutSlash(url);
    this.secure = withoutSlash(httpsUrl.orElse(url));
  }

  private static String withoutSlash(URI url) {
    return url.toString().replaceAll("/+$", "");
  }

  /**
   * Without a slash at the end.
   *
   * @param overTls whether the request came over TLS
   */
  public String base(boolean overTls) {
    return overTls ? secure : plain;
  }

  /** What clients should use: https where there is any; without a slash at the end. */
  public String best() {
    return secure;
  }
}
