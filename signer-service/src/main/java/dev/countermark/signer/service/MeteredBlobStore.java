package dev.countermark.signer.service;

import dev.countermark.blobs.BlobStore;
import dev.countermark.tracing.Step;
import dev.countermark.tracing.Tracing;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Counts the bytes of objects that go to and come from the store, and traces changes of records.
 */
final class MeteredBlobStore implements BlobStore, AutoCloseable {
  static final String READ = "countermark.store.read";
  static final String WRITTEN = "countermark.store.written";

  private final BlobStore store;
  private final Tracing tracing;
  private final Counter read;
  private final Counter written;

  MeteredBlobStore(BlobStore store, MeterRegistry meters, Tracing tracing) {
    this.store = store;
    this.tracing = tracing;
    this.read =
        Counter.builder(READ)
            .baseUnit("bytes")
            .description("Bytes of objects read from the store")
            .register(meters);
    this.written =
        Counter.builder(WRITTEN)
            .baseUnit("bytes")
            .description("Bytes of objects written to the store, lost races included")
            .register(meters);
  }

  @Override
  public Optional<StoredObject> get(String key) {
    Optional<StoredObject> object = store.get(key);
    object.ifPresent(o -> read.increment(o.content().length));
    return object;
  }

  @Override
  public Optional<ObjectInfo> head(String key) {
    return store.head(key);
  }

  @Override
  public Optional<InputStream> open(String key, long offset, long length) {
    return store.open(key, offset, length).map(Counting::new);
  }

  @Override
  public Optional<Version> create(String key, byte[] content) {
    written.increment(content.length);
    return store.create(key, content);
  }

  @Override
  public Optional<Version> replace(String key, byte[] content, Version expected) {
    written.increment(content.length);
    try (Step step = tracing.begin("change record", Tracing.Kind.ASKS, tracing.current())) {
      Optional<Version> changed = store.replace(key, content, expected);
      step.with("result", changed.isPresent() ? "changed" : "lost the race");
      return changed;
    }
  }

  @Override
  public void put(String key, byte[] content, int length, String sha256) {
    written.increment(length);
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

  @Override
  public void close() throws Exception {
    if (store instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }

  private final class Counting extends FilterInputStream {
    Counting(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int b = in.read();
      if (b >= 0) {
        read.increment();
      }
      return b;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int n = in.read(target, offset, length);
      if (n > 0) {
        read.increment(n);
      }
      return n;
    }
  }
}
