package dev.countermark.blobs;

import java.nio.charset.StandardCharsets;

/**
 * What keys can be. Stores answer to the others with an error, which looks as if they were away:
 * but what no object can be called is simply not there.
 *
 * @see "Amazon S3, Naming objects: at most 1,024 bytes of UTF-8; and XML 1.0, section 2.2, for what
 *     a listing can repeat"
 */
final class PossibleKey {
  private static final int LONGEST = 1_024;

  private PossibleKey() {}

  static boolean is(String key) {
    return key.codePoints().allMatch(PossibleKey::isPossible)
        && key.getBytes(StandardCharsets.UTF_8).length <= LONGEST;
  }

  /** The key itself, or its longest beginning that can be one: none that follows is passed over. */
  static String before(String key) {
    int end = 0;
    int length = 0;
    while (end < key.length()) {
      int point = key.codePointAt(end);
      int bytes = Character.toString(point).getBytes(StandardCharsets.UTF_8).length;
      if (!isPossible(point) || length + bytes > LONGEST) {
        break;
      }
      length += bytes;
      end += Character.charCount(point);
    }
    return key.substring(0, end);
  }

  private static boolean isPossible(int point) {
    return !Character.isISOControl(point)
        && !(point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE)
        && point != 0xFFFE
        && point != 0xFFFF;
  }
}
