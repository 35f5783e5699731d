package dev.countermark.contracts;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The last member of a {@link Checksummed} record's JSON. Older readers ignore it like every member
 * that they do not know.
 */
final class Checksum {
  private static final String BEFORE = ",\"checksum\":\"sha256:";
  private static final String AFTER = "\"}";
  private static final int HEX = 64;
  private static final int LENGTH = BEFORE.length() + HEX + AFTER.length();

  private Checksum() {}

  /**
   * @param json an object that is not empty
   */
  static byte[] added(byte[] json) {
    byte[] all = Arrays.copyOf(json, json.length - 1 + LENGTH);
    byte[] member =
        (BEFORE + of(json, json.length - 1) + AFTER).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(member, 0, all, json.length - 1, LENGTH);
    return all;
  }

  /** Whether the JSON has none, or the one that it must have. */
  static boolean isRight(byte[] json) {
    int content = json.length - LENGTH;
    if (content < 1) {
      return true;
    }
    String member = new String(json, content, LENGTH, StandardCharsets.US_ASCII);
    return !member.startsWith(BEFORE)
        || !member.endsWith(AFTER)
        || member.equals(BEFORE + of(json, content) + AFTER);
  }

  private static String of(byte[] json, int length) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(json, 0, length);
      return HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
