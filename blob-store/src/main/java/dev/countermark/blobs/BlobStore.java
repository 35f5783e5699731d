package dev.countermark.blobs;

import dev.countermark.contracts.Failure;
import java.io.ByteArrayInputStream;
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
   * @param body exactly {@code size} bytes; not closed
   */
  void put(String key, InputStream body, long size);

  /**
   * Writes immutable content that is in memory already, like {@link #put(String, InputStream,
   * long)}.
   *
   * @param content its first {@code length} bytes are written
   */
  default void put(String key, byte[] content, int length) {
    put(key, new ByteArrayInputStream(content, 0, length), length);
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
