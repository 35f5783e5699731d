package dev.countermark.blobs;

import dev.countermark.contracts.Failure;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** A store for tests and for trying things out; keeps everything in memory, loses it on exit. */
public final class InMemoryBlobStore implements BlobStore {
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Stored(byte[] content, Version version, Instant at) {}

  private final ConcurrentSkipListMap<String, Stored> objects = new ConcurrentSkipListMap<>();
  private final AtomicLong versions = new AtomicLong();
  private final Clock clock;

  public InMemoryBlobStore() {
    this(Clock.systemUTC());
  }

  public InMemoryBlobStore(Clock clock) {
    this.clock = clock;
  }

  private Stored stored(byte[] content) {
    Version version = new Version(Long.toHexString(versions.incrementAndGet()));
    return new Stored(content, version, clock.instant());
  }

  @Override
  public Optional<StoredObject> get(String key) {
    return Optional.ofNullable(objects.get(key))
        .map(s -> new StoredObject(s.content().clone(), s.version()));
  }

  @Override
  public Optional<ObjectInfo> head(String key) {
    return Optional.ofNullable(objects.get(key))
        .map(s -> new ObjectInfo(s.content().length, s.version()));
  }

  @Override
  public Optional<InputStream> open(String key, long offset, long length) {
    return Optional.ofNullable(objects.get(key)).map(s -> range(s.content(), offset, length));
  }

  private static InputStream range(byte[] content, long offset, long length) {
    int from = (int) Math.min(offset, content.length);
    return new ByteArrayInputStream(content, from, (int) Math.min(length, content.length - from));
  }

  @Override
  public Optional<Version> create(String key, byte[] content) {
    Stored fresh = stored(content.clone());
    return objects.putIfAbsent(key, fresh) == null
        ? Optional.of(fresh.version())
        : Optional.empty();
  }

  @Override
  public Optional<Version> replace(String key, byte[] content, Version expected) {
    Stored fresh = stored(content.clone());
    Stored now =
        objects.computeIfPresent(key, (k, old) -> old.version().equals(expected) ? fresh : old);
    return now == fresh ? Optional.of(fresh.version()) : Optional.empty();
  }

  @Override
  public void put(String key, byte[] content, int length, String sha256) {
    if (!Payload.sha256(content, length).equals(sha256)) {
      throw new Failure.Transient("the bytes for " + key + " are not those of " + sha256, null);
    }
    objects.put(key, stored(Arrays.copyOf(content, length)));
  }

  @Override
  public void delete(String key) {
    objects.remove(key);
  }

  @Override
  public boolean delete(String key, Version expected) {
    Stored old = objects.get(key);
    return old != null && old.version().equals(expected) && objects.remove(key, old);
  }

  @Override
  public Page list(String prefix, String startAfter, int limit) {
    String from = startAfter.compareTo(prefix) > 0 ? startAfter : prefix;
    List<Entry> entries = new ArrayList<>();
    for (var e : objects.tailMap(from, true).entrySet()) {
      if (!e.getKey().startsWith(prefix)) {
        break;
      }
      if (e.getKey().compareTo(startAfter) <= 0) {
        continue;
      }
      if (entries.size() == limit) {
        return new Page(List.copyOf(entries), true);
      }
      entries.add(new Entry(e.getKey(), e.getValue().content().length, e.getValue().at()));
    }
    return new Page(List.copyOf(entries), false);
  }
}
