package dev.countermark.gateway.wiring;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.keys.InMemoryKeyClient;
import dev.countermark.keys.KeyClient;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Store and keys of the service's tests, in place of the real ones. */
@Singleton
class InMemoryBeans {
  @Produces
  @Singleton
  @Alternative
  @Priority(1)
  BlobStore store() {
    return new InMemoryBlobStore();
  }

  @Produces
  @Singleton
  @Alternative
  @Priority(1)
  KeyClient keys() {
    return new InMemoryKeyClient();
  }
}
