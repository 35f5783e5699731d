package dev.countermark.signer.oci;

import dev.countermark.blobs.BlobStore;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Counts operations, and lets something happen around a compare-and-set. */
final class ObservedBlobStore implements BlobStore {
  final AtomicInteger gets = new AtomicInteger();
  final AtomicInteger writes = new AtomicInteger();
  final AtomicInteger lists = new AtomicInteger();

  /** Called with the key before a record is replaced; may throw. */
  volatile Consumer<String> beforeReplace = key -> {};

  /** Called with the key after a record was replaced; may throw. */
  volatile Consumer<String> afterReplace = key -> {};

  private final BlobStore store;

  ObservedBlobStore(BlobStore store) {
    this.store = store;
  }

  void reset() {
    gets.set(0);
    writes.set(0);
    lists.set(0);
  }

  @Override
  public Optional<StoredObject> get(String key) {
    gets.incrementAndGet();
    return store.get(key);
  }

  @Override
  public Optional<ObjectInfo> head(String key) {
    gets.incrementAndGet();
    return store.head(key);
  }

  @Override
  public Optional<InputStream> open(String key, long offset, long length) {
    gets.incrementAndGet();
    return store.open(key, offset, length);
  }

  @Override
  public Optional<Version> create(String key, byte[] content) {
    writes.incrementAndGet();
    return store.create(key, content);
  }

  @Override
  public Optional<Version> replace(String key, byte[] content, Version expected) {
    beforeReplace.accept(key);
    writes.incrementAndGet();
    Optional<Version> version = store.replace(key, content, expected);
    afterReplace.accept(key);
    return version;
  }

  @Override
  public void put(String key, InputStream body, long size) {
    writes.incrementAndGet();
    store.put(key, body, size);
  }

  @Override
  public void delete(String key) {
    writes.incrementAndGet();
    store.delete(key);
  }

  @Override
  public boolean delete(String key, Version expected) {
    writes.incrementAndGet();
    return store.delete(key, expected);
  }

  @Override
  public Page list(String prefix, String startAfter, int limit) {
    lists.incrementAndGet();
    return store.list(prefix, startAfter, limit);
  }
}
