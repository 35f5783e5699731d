package dev.countermark.blobs;

import dev.countermark.blobs.BlobStore.StoredObject;
import dev.countermark.blobs.BlobStore.Version;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Json;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/**
 * Reads and changes the JSON records of a bucket. Every change is an atomic compare-and-set: the
 * loser of a race reads again and decides again.
 */
public final class Records {
  private static final int ATTEMPTS = 64;

  private final BlobStore store;

  public Records(BlobStore store) {
    this.store = store;
  }

  public <T> Optional<T> read(String key, Class<T> type) {
    return store.get(key).map(o -> Json.read(o.content(), type));
  }

  /**
   * @return false when a record is already there
   */
  public boolean create(String key, Object record) {
    return store.create(key, Json.write(record)).isPresent();
  }

  /**
   * Creates, changes or deletes a record.
   *
   * @param decide gets the record as it is, empty when there is none, and answers what it shall be:
   *     an equal record changes nothing, empty deletes it. Called again after each lost race.
   * @return what {@code decide} answered last
   * @throws Failure.Transient when the race was lost 64 times in a row
   */
  public <T> Optional<T> update(String key, Class<T> type, UnaryOperator<Optional<T>> decide) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<StoredObject> before = store.get(key);
      Optional<T> old = before.map(o -> Json.read(o.content(), type));
      Optional<T> wanted = decide.apply(old);
      if (wanted.equals(old)) {
        return wanted;
      }
      if (change(key, before.map(StoredObject::version), wanted)) {
        return wanted;
      }
      // Full jitter: writers that collided once shall not collide again in step.
      LockSupport.parkNanos(
          ThreadLocalRandom.current().nextLong(1_000_000L << Math.min(attempt, 5)));
    }
    throw new Failure.Transient("lost the race for " + key + " " + ATTEMPTS + " times", null);
  }

  private boolean change(String key, Optional<Version> before, Optional<?> wanted) {
    if (wanted.isEmpty()) {
      return store.delete(key, before.orElseThrow());
    }
    byte[] json = Json.write(wanted.get());
    return before.isEmpty()
        ? store.create(key, json).isPresent()
        : store.replace(key, json, before.get()).isPresent();
  }
}
