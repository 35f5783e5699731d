package dev.countermark.blobs;

import dev.countermark.contracts.Failure;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * An S3-compatible bucket, reduced to what the platform relies on. All calls block; call them from
 * worker threads. Every call may throw {@link Failure.Transient} when the store is away, slow or
 * answers 5xx; writes that threw may or may not have happened.
 */
public interface BlobStore {
  /** Largest object that {@link #get} reads into memory, bytes. */
  int MAX_IN_MEMORY = 16 * 1024 * 1024;

  /** A small object, whole. */
  Optional<StoredObject> get(String key);

  /**
   * Like {@link #get}, for an object that most likely does not exist: a store that is asked for its
   * bytes explains at length that it has none, one that is asked for its size only says so.
   */
  default Optional<StoredObject> getUnlikely(String key) {
    return head(key).flatMap(info -> get(key));
  }

  /** Size and version of an object, without its bytes. */
  Optional<ObjectInfo> head(String key);

  /**
   * Streams {@code length} bytes from {@code offset}; the caller closes the stream.
   *
   * @param offset first byte, 0 for the beginning
   * @param length number of bytes; must lie within the object
   */
  Optional<InputStream> open(String key, long offset, long length);

  /**
   * Creates an object that must not exist yet, atomically.
   *
   * @return the new version, or empty when the key already exists: exactly one of any number of
   *     concurrent callers gets a version
   */
  Optional<Version> create(String key, byte[] content);

  /**
   * Replaces an object that must still be in the given version, atomically.
   *
   * @return the new version, or empty when the object changed or is gone
   */
  Optional<Version> replace(String key, byte[] content, Version expected);

  /**
   * Writes immutable content under a key that is derived from it. Writing the same content again,
   * also concurrently, is harmless.
   *
   * @param content its first {@code length} bytes are written
   * @param sha256 their SHA-256, lower-case hexadecimal: who derived the key from it need not have
   *     it computed again to sign the request; other bytes are not stored
   */
  void put(String key, byte[] content, int length, String sha256);

  /** Writes immutable content whose SHA-256 nobody knows yet. */
  default void put(String key, byte[] content, int length) {
    put(key, content, length, Payload.sha256(content, length));
  }

  /** Deletes an object; nothing happens when there is none. */
  void delete(String key);

  /**
   * Deletes an object that must still be in the given version.
   *
   * @return false when the object changed or is gone
   */
  boolean delete(String key, Version expected);

  /**
   * One page of the keys below a prefix, in ascending byte order.
   *
   * @param startAfter only keys after this one; empty string for all
   * @param limit most entries on the page, 1 to 1,000
   */
  Page list(String prefix, String startAfter, int limit);

  /**
   * An opaque version of an object's content (its ETag, without quotes).
   *
   * @param value as the store gave it
   */
  record Version(String value) {}

  /** An object's bytes; not copied, do not change them. */
  final class StoredObject {
    private final byte[] content;
    private final Version version;

    public StoredObject(byte[] content, Version version) {
      this.content = content;
      this.version = version;
    }

    public byte[] content() {
      return content;
    }

    public Version version() {
      return version;
    }
  }

  /**
   * @param size bytes
   */
  record ObjectInfo(long size, Version version) {}

  /**
   * @param entries in ascending order of key
   * @param more whether there are keys after the last entry
   */
  record Page(List<Entry> entries, boolean more) {}

  /**
   * @param size bytes
   * @param lastModified when it was written, by the store's clock
   */
  record Entry(String key, long size, java.time.Instant lastModified) {}
}
