package dev.countermark.format.nuget.signature;

/**
 * Looks how deep constructed ASN.1 values are nested, before a parser that calls itself for each
 * level is let at them.
 */
final class Nesting {
  private static final int CONSTRUCTED = 0x20;
  private static final int LONG_TAG = 0x1F;

  private Nesting() {}

  /** False also for what is not well-formed BER. */
  static boolean isWithin(byte[] ber, int limit) {
    // Ends of the open values; -1 for one of indefinite length.
    int[] ends = new int[limit];
    int depth = 0;
    int at = 0;
    while (at < ber.length) {
      while (depth > 0 && ends[depth - 1] == at) {
        depth--;
      }
      if (depth == 0 && at > 0) {
        return true; // whatever follows the first value is never parsed
      }
      if (depth > 0
          && ends[depth - 1] < 0
          && at + 1 < ber.length
          && ber[at] == 0
          && ber[at + 1] == 0) {
        depth--;
        at += 2;
        continue;
      }
      int tag = ber[at++] & 0xFF;
      if ((tag & LONG_TAG) == LONG_TAG) {
        while (at < ber.length && ber[at++] < 0) {
          // a tag of several bytes
        }
      }
      if (at >= ber.length) {
        return false;
      }
      int length = ber[at++] & 0xFF;
      boolean indefinite = length == 0x80;
      if (length > 0x80) {
        int bytes = length - 0x80;
        if (bytes > 4 || at + bytes > ber.length) {
          return false;
        }
        long value = 0;
        for (int i = 0; i < bytes; i++) {
          value = value << 8 | ber[at++] & 0xFF;
        }
        if (value > ber.length) {
          return false;
        }
        length = (int) value;
      }
      boolean constructed = (tag & CONSTRUCTED) != 0;
      if (!indefinite && length > ber.length - at || indefinite && !constructed) {
        return false;
      }
      if (constructed) {
        if (depth == limit) {
          return false;
        }
        ends[depth++] = indefinite ? -1 : at + length;
      } else {
        at += length;
      }
    }
    return true;
  }
}
