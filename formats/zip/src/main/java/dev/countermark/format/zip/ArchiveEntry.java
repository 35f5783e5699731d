package dev.countermark.format.zip;

import java.nio.charset.StandardCharsets;

/**
 * A central directory header (APPNOTE 4.3.12), as it is written in the file.
 *
 * @param versionMadeBy file system in the upper byte: 0 FAT, 3 Unix
 * @param name bytes of the name
 * @param localOffset where the directory says that the local header is
 * @param size from the local header to the next entry's, or to the central directory; everything in
 *     between belongs to this entry
 * @param headerPosition where the central header is
 * @param headerSize length of the central header with name, extra field and comment
 */
@SuppressWarnings("ArrayRecordComponent") // compared by identity
public record ArchiveEntry(
    byte[] name,
    int versionMadeBy,
    int versionNeeded,
    int flags,
    int method,
    int dosTime,
    int dosDate,
    long crc32,
    long compressedSize,
    long uncompressedSize,
    byte[] extra,
    int diskStart,
    long externalAttributes,
    long localOffset,
    long size,
    long headerPosition,
    int headerSize) {
  public static final int STORED = 0;
  public static final int DEFLATED = 8;

  public static final int FLAG_ENCRYPTED = 1;
  public static final int FLAG_SIZES_FOLLOW = 1 << 3;
  public static final int FLAG_STRONG_ENCRYPTION = 1 << 6;
  public static final int FLAG_UTF8 = 1 << 11;

  /** The name as UTF-8, whatever the flag says; malformed bytes become U+FFFD. */
  public String nameText() {
    return new String(name, StandardCharsets.UTF_8);
  }
}
