package dev.countermark.blobs;

import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Writes down what is asked of a store, and lets something happen around a compare-and-set. */
public final class ObservedBlobStore implements BlobStore {
  /** Operation and key, such as {@code get a/b}. */
  public final List<String> operations = new CopyOnWriteArrayList<>();

  /** What {@link #open} handed out, bytes. */
  public final AtomicLong streamed = new AtomicLong();

  /** Called with the key before a record is replaced; may throw. */
  public volatile Consumer<String> beforeReplace = key -> {};

  /** Called with the key after a record was replaced; may throw. */
  public volatile Consumer<String> afterReplace = key -> {};

  /** Called with the prefix before keys are listed; may throw. */
  public volatile Consumer<String> beforeList = prefix -> {};

  private final BlobStore store;

  public ObservedBlobStore(BlobStore store) {
    this.store = store;
  }

  public void reset() {
    operations.clear();
    streamed.set(0);
  }

  /** How often each operation was asked for. */
  public Map<String, Integer> counts() {
    Map<String, Integer> counts = new TreeMap<>();
    operations.forEach(o -> counts.merge(o.substring(0, o.indexOf(' ')), 1, Integer::sum));
    return counts;
  }

  /** The operations that read objects. */
  public List<String> reads() {
    return operations.stream().filter(o -> o.matches("(get|head|open) .*")).toList();
  }

  /** The operations that change something. */
  public List<String> writes() {
    return operations.stream().filter(o -> o.matches("(create|replace|put|delete) .*")).toList();
  }

  @Override
  public Optional<StoredObject> get(String key) {
    operations.add("get " + key);
    return store.get(key);
  }

  @Override
  public Optional<ObjectInfo> head(String key) {
    operations.add("head " + key);
    return store.head(key);
  }

  @Override
  public Optional<InputStream> open(String key, long offset, long length) {
    operations.add("open " + key);
    streamed.addAndGet(length);
    return store.open(key, offset, length);
  }

  @Override
  public Optional<Version> create(String key, byte[] content) {
    operations.add("create " + key);
    return store.create(key, content);
  }

  @Override
  public Optional<Version> replace(String key, byte[] content, Version expected) {
    beforeReplace.accept(key);
    operations.add("replace " + key);
    Optional<Version> version = store.replace(key, content, expected);
    afterReplace.accept(key);
    return version;
  }

  @Override
  public void put(String key, byte[] content, int length, String sha256) {
    operations.add("put " + key);
    store.put(key, content, length, sha256);
  }

  @Override
  public void delete(String key) {
    operations.add("delete " + key);
    store.delete(key);
  }

  @Override
  public boolean delete(String key, Version expected) {
    operations.add("delete " + key);
    return store.delete(key, expected);
  }

  @Override
  public Page list(String prefix, String startAfter, int limit) {
    beforeList.accept(prefix);
    operations.add("list " + prefix);
    return store.list(prefix, startAfter, limit);
  }
}
