package dev.countermark.keyservice;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.Failure;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A store whose writes fail on demand, before or after they took effect; counts operations. */
final class FaultyStore implements BlobStore {
  private enum Fault {
    BEFORE,
    AFTER,
    RETRIED
  }

  private record Planned(String prefix, Fault fault) {}

  final AtomicInteger reads = new AtomicInteger();
  final AtomicInteger writes = new AtomicInteger();
  final AtomicInteger lists = new AtomicInteger();
  private final BlobStore store;
  private int replacements;
  private final ConcurrentLinkedQueue<Planned> faults = new ConcurrentLinkedQueue<>();

  FaultyStore(BlobStore store) {
    this.store = store;
  }

  /** The next create below the prefix fails and has no effect. */
  void failBefore(String prefix) {
    faults.add(new Planned(prefix, Fault.BEFORE));
  }

  /** So many replacements take effect, then one does not; 0 for no failure any more. */
  void failAfterReplacements(int number) {
    replacements = number;
  }

  /** The next create below the prefix takes effect, but its answer is lost. */
  void failAfter(String prefix) {
    faults.add(new Planned(prefix, Fault.AFTER));
  }

  /** The same, and the store client tried again by itself: it says that the object exists. */
  void retryAfter(String prefix) {
    faults.add(new Planned(prefix, Fault.RETRIED));
  }

  @Override
  public Optional<Version> create(String key, byte[] content) {
    writes.incrementAndGet();
    Planned next = faults.peek();
    if (next == null || !key.startsWith(next.prefix())) {
      return store.create(key, content);
    }
    faults.remove();
    if (next.fault() == Fault.BEFORE) {
      throw new Failure.Transient("the store is away", null);
    }
    Optional<Version> done = store.create(key, content);
    if (next.fault() == Fault.RETRIED && done.isPresent()) {
      return Optional.empty();
    }
    throw new Failure.Transient("the answer was lost", null);
  }

  @Override
  public Optional<StoredObject> get(String key) {
    reads.incrementAndGet();
    return store.get(key);
  }

  @Override
  public Optional<ObjectInfo> head(String key) {
    reads.incrementAndGet();
    return store.head(key);
  }

  @Override
  public Optional<InputStream> open(String key, long offset, long length) {
    reads.incrementAndGet();
    return store.open(key, offset, length);
  }

  @Override
  public Optional<Version> replace(String key, byte[] content, Version expected) {
    writes.incrementAndGet();
    if (replacements > 0 && --replacements == 0) {
      replacements = -1;
    } else if (replacements < 0) {
      throw new Failure.Transient("the store is away", null);
    }
    return store.replace(key, content, expected);
  }

  @Override
  public void put(String key, byte[] content, int length, String sha256) {
    writes.incrementAndGet();
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
    lists.incrementAndGet();
    return store.list(prefix, startAfter, limit);
  }
}
