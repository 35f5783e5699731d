package dev.countermark.standalone.store;

import java.util.Map;
import java.util.function.LongSupplier;
import org.gaul.s3proxy.blobstore.S3Exceptions;

/**
 * The disk is never filled: broker, key service and logs are on it, too, and what was acknowledged
 * must still be signed there. So content is refused first, the same for all formats, and records
 * only when much less is left.
 */
final class Room {
  /** Bytes that stay free of content: packages and their signed copies. */
  static final long CONTENT = 256L << 20;

  /** Bytes that stay free of records, too: they have some KB, and are what is signed. */
  static final long RECORDS = 128L << 20;

  private static final int INSUFFICIENT_STORAGE = 507;

  private final LongSupplier free;

  /**
   * @param free bytes of the disk that anybody may take
   */
  Room(LongSupplier free) {
    this.free = free;
  }

  /**
   * Called before anything is written.
   *
   * @param bytes that come; 0 when it is not known
   * @param record whether it is a conditional write, as records are
   */
  void require(long bytes, boolean record) {
    if (free.getAsLong() - bytes < (record ? RECORDS : CONTENT)) {
      throw S3Exceptions.fromStatusCode(
          INSUFFICIENT_STORAGE,
          "InsufficientStorage",
          Map.of("Message", "the disk of the store is nearly full"),
          null);
    }
  }
}
