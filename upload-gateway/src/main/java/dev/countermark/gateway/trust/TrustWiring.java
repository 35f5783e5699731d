package dev.countermark.gateway.trust;

import dev.countermark.blobs.BlobStore;
import dev.countermark.gateway.repositories.RepositoryChanged;
import dev.countermark.keys.KeyClient;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Builds what the public addresses need. */
class TrustWiring {
  @Produces
  @Singleton
  PublicKeys publicKeys(BlobStore store, KeyClient keys) {
    return new PublicKeys(store, keys);
  }

  void forget(@Observes RepositoryChanged changed, PublicKeys keys) {
    keys.forget(changed.repository());
  }
}
