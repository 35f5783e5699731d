package dev.countermark.gateway.nuget;

import dev.countermark.contracts.RepositoryName;
import java.net.URI;
import java.util.Optional;

/**
 * Where clients find this gateway. NuGet wants https; where the gateway also listens without TLS,
 * each client is answered with addresses of the scheme that it came by.
 */
final class PublicAddresses {
  private final URI plain;
  private final URI secure;

  /**
   * @param url {@code countermark.public-url}; https when TLS ends in front of the gateway
   * @param httpsUrl {@code countermark.public-https-url}, where the gateway itself does TLS
   */
  PublicAddresses(URI url, Optional<URI> httpsUrl) {
    this.plain = url;
    this.secure = httpsUrl.orElse(url);
    if (httpsUrl.isPresent() && !"https".equals(secure.getScheme())) {
      throw new IllegalArgumentException("countermark.public-https-url must be https");
    }
  }

  /**
   * @param overTls whether the request came over TLS
   */
  FeedAddresses of(RepositoryName repository, boolean overTls) {
    return new FeedAddresses((overTls ? secure : plain).toString(), repository);
  }

  /** What clients should use: https where there is any. */
  FeedAddresses best(RepositoryName repository) {
    return new FeedAddresses(secure.toString(), repository);
  }
}
