package dev.countermark.gateway.wiring;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.keys.InMemoryKeyClient;
import dev.countermark.keys.KeyClient;
import io.quarkus.test.Mock;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Store and keys of the service's tests, in place of the real ones. */
@Singleton
class InMemoryBeans {
  @Produces
  @Singleton
  @Mock
  BlobStore store() {
    return new InMemoryBlobStore();
  }

  @Produces
  @Singleton
  @Mock
  KeyClient keys() {
    return new InMemoryKeyClient();
  }
}
