package dev.countermark.format.nuget.signature;

import java.util.Optional;

/**
 * Looks how deep constructed ASN.1 values are nested, before a parser that calls itself for each
 * level is let at them.
 */
final class Nesting {
  private static final int CONSTRUCTED = 0x20;
  private static final int LONG_TAG = 0x1F;

  private static final Optional<String> CUT_OFF =
      Optional.of("is cut off: a value is longer than what is there");
  private static final Optional<String> NO_BER = Optional.of("is not encoded by BER");

  private Nesting() {}

  /** Why the first value is not let in; empty when it may be parsed. */
  static Optional<String> objection(byte[] ber, int limit) {
    // Ends of the open values; -1 for one of indefinite length.
    int[] ends = new int[limit];
    int depth = 0;
    int at = 0;
    while (at < ber.length) {
      while (depth > 0 && ends[depth - 1] == at) {
        depth--;
      }
      if (depth == 0 && at > 0) {
        return Optional.empty(); // whatever follows the first value is never parsed
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
        return CUT_OFF;
      }
      int length = ber[at++] & 0xFF;
      boolean indefinite = length == 0x80;
      if (length > 0x80) {
        int bytes = length - 0x80;
        if (bytes > 4) {
          return NO_BER;
        }
        if (at + bytes > ber.length) {
          return CUT_OFF;
        }
        long value = 0;
        for (int i = 0; i < bytes; i++) {
          value = value << 8 | ber[at++] & 0xFF;
        }
        if (value > ber.length) {
          return CUT_OFF;
        }
        length = (int) value;
      }
      boolean constructed = (tag & CONSTRUCTED) != 0;
      if (indefinite && !constructed) {
        return NO_BER;
      }
      if (!indefinite && length > ber.length - at) {
        return CUT_OFF;
      }
      if (constructed) {
        if (depth == limit) {
          return Optional.of("has more than " + limit + " values in each other");
        }
        ends[depth++] = indefinite ? -1 : at + length;
      } else {
        at += length;
      }
    }
    while (depth > 0 && ends[depth - 1] == at) {
      depth--;
    }
    return depth == 0 && ber.length > 0 ? Optional.empty() : CUT_OFF;
  }
}
