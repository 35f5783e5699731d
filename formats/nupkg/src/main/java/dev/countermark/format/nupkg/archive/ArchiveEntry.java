package dev.countermark.format.nupkg.archive;

import java.nio.charset.StandardCharsets;

/**
 * A central directory header (APPNOTE 4.3.12), as it is written in the file.
 *
 * @param name bytes of the name
 * @param localOffset where the directory says that the local header is
 * @param size from the local header to the next entry's, or to the central directory; everything in
 *     between belongs to this entry
 * @param headerPosition where the central header is
 * @param headerSize length of the central header with name, extra field and comment
 */
public record ArchiveEntry(
    byte[] name,
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
  /** Name of the signature entry: in the root, case-sensitive. */
  public static final String SIGNATURE = ".signature.p7s";

  static final int FLAG_ENCRYPTED = 1;
  static final int FLAG_UTF8 = 1 << 11;

  /** The name as UTF-8, whatever the flag says; malformed bytes become U+FFFD. */
  public String nameText() {
    return new String(name, StandardCharsets.UTF_8);
  }

  public boolean hasSignatureName() {
    return SIGNATURE.equals(nameText());
  }

  /** Whether the client takes it as the signature: the name alone is not enough. */
  public boolean isSignature() {
    return hasSignatureName() && (flags & FLAG_UTF8) == 0;
  }
}
