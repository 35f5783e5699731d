package dev.countermark.blobs;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.zip.CRC32;

/** What a store is told about the bytes it is sent. */
final class Payload {
  private Payload() {}

  /** Of the first {@code length} bytes, lower-case hexadecimal. */
  static String sha256(byte[] content, int length) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(content, 0, length);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * As the header {@code x-amz-checksum-crc32} has it: four bytes, the highest first, in base64.
   * The JVM has an instruction for it.
   */
  static String crc32(byte[] content, int length) {
    CRC32 crc = new CRC32();
    crc.update(content, 0, length);
    return Base64.getEncoder()
        .encodeToString(ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array());
  }
}
