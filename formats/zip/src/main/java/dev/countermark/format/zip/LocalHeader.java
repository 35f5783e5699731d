package dev.countermark.format.zip;

/**
 * What stands before an entry's data (APPNOTE 4.3.7).
 *
 * @param length of the header with name and extra field, bytes
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record LocalHeader(
    byte[] name,
    int flags,
    int method,
    long crc32,
    long compressedSize,
    long uncompressedSize,
    byte[] extra,
    int length) {}
