package dev.countermark.format.swift.signature;

/**
 * Looks how deep constructed values are nested, before a parser that calls itself for each level is
 * let at them. Only definite lengths, for DER has no others.
 */
final class Nesting {
  private static final int LIMIT = 32;
  private static final int CONSTRUCTED = 0x20;
  private static final int LONG_TAG = 0x1F;

  private Nesting() {}

  /** False also for what cannot be DER. */
  static boolean isWithin(byte[] der) {
    int[] ends = new int[LIMIT];
    int depth = 0;
    int at = 0;
    while (at < der.length) {
      while (depth > 0 && ends[depth - 1] == at) {
        depth--;
      }
      int end = depth == 0 ? der.length : ends[depth - 1];
      if (at + 2 > end || (der[at] & LONG_TAG) == LONG_TAG) {
        return false; // a CMS signature has no tag that needs several bytes
      }
      boolean constructed = (der[at] & CONSTRUCTED) != 0;
      int length = der[at + 1] & 0xFF;
      at += 2;
      if (length >= 0x80) {
        int bytes = length - 0x80;
        if (bytes < 1 || bytes > 3 || at + bytes > end) {
          return false;
        }
        length = 0;
        for (int i = 0; i < bytes; i++) {
          length = length << 8 | der[at++] & 0xFF;
        }
      }
      if (length > end - at) {
        return false;
      }
      if (!constructed) {
        at += length;
      } else if (depth == LIMIT) {
        return false;
      } else {
        ends[depth++] = at + length;
      }
    }
    return true;
  }
}
