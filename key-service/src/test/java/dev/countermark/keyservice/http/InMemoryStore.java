package dev.countermark.keyservice.http;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Takes the place of the S3 store in tests. */
class InMemoryStore {
  @Produces
  @Singleton
  BlobStore store() {
    return new InMemoryBlobStore();
  }
}
