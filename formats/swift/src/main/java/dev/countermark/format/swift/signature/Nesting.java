package dev.countermark.format.swift.signature;

import java.util.Optional;

/**
 * Looks how deep constructed values are nested, before a parser that calls itself for each level is
 * let at them. Only definite lengths, for DER has no others.
 */
final class Nesting {
  private static final int LIMIT = 32;
  private static final int CONSTRUCTED = 0x20;
  private static final int LONG_TAG = 0x1F;

  private static final Optional<String> CUT_OFF =
      Optional.of("is cut off: a value is longer than what is there");
  private static final Optional<String> NO_DER = Optional.of("is no DER");

  private Nesting() {}

  /** Why it is not let in; empty when it may be parsed. */
  static Optional<String> objection(byte[] der) {
    int[] ends = new int[LIMIT];
    int depth = 0;
    int at = 0;
    while (at < der.length) {
      while (depth > 0 && ends[depth - 1] == at) {
        depth--;
      }
      int end = depth == 0 ? der.length : ends[depth - 1];
      if (at + 2 > end) {
        return CUT_OFF;
      }
      if ((der[at] & LONG_TAG) == LONG_TAG) {
        return NO_DER; // a CMS signature has no tag that needs several bytes
      }
      boolean constructed = (der[at] & CONSTRUCTED) != 0;
      int length = der[at + 1] & 0xFF;
      at += 2;
      if (length >= 0x80) {
        int bytes = length - 0x80;
        if (bytes < 1 || bytes > 3) {
          return NO_DER;
        }
        if (at + bytes > end) {
          return CUT_OFF;
        }
        length = 0;
        for (int i = 0; i < bytes; i++) {
          length = length << 8 | der[at++] & 0xFF;
        }
      }
      if (length > end - at) {
        return CUT_OFF;
      }
      if (!constructed) {
        at += length;
      } else if (depth == LIMIT) {
        return Optional.of("has more than " + LIMIT + " values in each other");
      } else {
        ends[depth++] = at + length;
      }
    }
    return der.length == 0 ? CUT_OFF : Optional.empty();
  }
}
