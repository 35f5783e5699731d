package dev.countermark.gateway.addresses;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Reads the addresses from the configuration. */
class AddressesWiring {
  /**
   * @param url what clients call the platform; goes into signatures, so fix it before the first
   *     push
   * @param httpsUrl what clients call the platform over TLS, where the gateway itself does TLS
   *     beside plain HTTP; clients that take nothing else are told it. With TLS in front of the
   *     gateway set {@code countermark.public-url} to https instead
   */
  @Produces
  @Singleton
  PublicAddresses addresses(
      @ConfigProperty(name = "countermark.public-url") URI url,
      @ConfigProperty(name = "countermark.public-https-url") Optional<URI> httpsUrl) {
    return new PublicAddresses(url, httpsUrl);
  }
}
