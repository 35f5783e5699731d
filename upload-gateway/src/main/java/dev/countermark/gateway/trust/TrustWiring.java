package dev.countermark.gateway.trust;

import dev.countermark.gateway.repositories.Repositories;
import dev.countermark.keys.KeyClient;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Builds what the public addresses need. */
class TrustWiring {
  @Produces
  @Singleton
  PublicKeys publicKeys(Repositories repositories, KeyClient keys) {
    return new PublicKeys(repositories, keys);
  }
}
