package dev.countermark.gateway.addresses;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Reads the addresses from the configuration. */
class AddressesWiring {
  @Produces
  @Singleton
  PublicAddresses addresses(
      @ConfigProperty(name = "countermark.public-url") URI url,
      @ConfigProperty(name = "countermark.public-https-url") Optional<URI> httpsUrl) {
    return new PublicAddresses(url, httpsUrl);
  }
}
