package dev.countermark.keyservice;

import dev.countermark.blobs.BlobStore;
import java.io.InputStream;
import java.util.Optional;

/**
 * A store where somebody else is faster: just before a certain object is made, something happens.
 */
final class Interrupting implements BlobStore {
  private final BlobStore store;
  private final String key;
  private Runnable before;

  Interrupting(BlobStore store, String key, Runnable before) {
    this.store = store;
    this.key = key;
    this.before = before;
  }

  @Override
  public Optional<Version> create(String key, byte[] content) {
    if (before != null && key.equals(this.key)) {
      Runnable once = before;
      before = null;
      once.run();
    }
    return store.create(key, content);
  }

  @Override
  public Optional<StoredObject> get(String key) {
    return store.get(key);
  }

  @Override
  public Optional<ObjectInfo> head(String key) {
    return store.head(key);
  }

  @Override
  public Optional<InputStream> open(String key, long offset, long length) {
    return store.open(key, offset, length);
  }

  @Override
  public Optional<Version> replace(String key, byte[] content, Version expected) {
    return store.replace(key, content, expected);
  }

  @Override
  public void put(String key, byte[] content, int length, String sha256) {
    store.put(key, content, length, sha256);
  }

  @Override
  public void delete(String key) {
    store.delete(key);
  }

  @Override
  public boolean delete(String key, Version expected) {
    return store.delete(key, expected);
  }

  @Override
  public Page list(String prefix, String startAfter, int limit) {
    return store.list(prefix, startAfter, limit);
  }
}
