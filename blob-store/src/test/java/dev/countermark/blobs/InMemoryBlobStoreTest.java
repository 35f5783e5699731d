package dev.countermark.blobs;

class InMemoryBlobStoreTest extends BlobStoreContract {
  private final BlobStore store = new InMemoryBlobStore();

  @Override
  protected BlobStore store() {
    return store;
  }
}
