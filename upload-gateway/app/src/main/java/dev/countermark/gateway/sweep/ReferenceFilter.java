package dev.countermark.gateway.sweep;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A set of keys in fixed memory (a Bloom filter): never denies what it holds, now and then claims
 * what it does not. Each instance errs about other keys.
 */
final class ReferenceFilter {
  private static final int PROBES = 7;

  private final long[] bits;
  private final byte[] salt = new byte[16];
  private final MessageDigest sha256;

  /**
   * @param bytes of memory; a power of two, at least 8. Ten bits per key give about one error in a
   *     hundred.
   */
  ReferenceFilter(int bytes) {
    if (Integer.bitCount(bytes) != 1 || bytes < Long.BYTES) {
      throw new IllegalArgumentException("not a power of two: " + bytes);
    }
    this.bits = new long[bytes / Long.BYTES];
    ThreadLocalRandom.current().nextBytes(salt);
    try {
      this.sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  void add(String key) {
    for (long bit : probes(key)) {
      bits[(int) (bit >>> 6)] |= 1L << bit;
    }
  }

  boolean mayHold(String key) {
    for (long bit : probes(key)) {
      if ((bits[(int) (bit >>> 6)] & 1L << bit) == 0) {
        return false;
      }
    }
    return true;
  }

  private long[] probes(String key) {
    sha256.update(salt);
    ByteBuffer hash = ByteBuffer.wrap(sha256.digest(key.getBytes(StandardCharsets.UTF_8)));
    long first = hash.getLong();
    long step = hash.getLong() | 1;
    long mask = bits.length * 64L - 1;
    long[] probes = new long[PROBES];
    for (int i = 0; i < PROBES; i++) {
      probes[i] = first + i * step & mask;
    }
    return probes;
  }
}
