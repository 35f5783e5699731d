package dev.countermark.signer.service;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.DeadLetterHeaders;
import dev.countermark.signing.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * A dead letter as a broker takes it. Its key and value are the ones that were given up, as far as
 * there is room for them; what was cut off is told by size and hash, so that it can be found where
 * it came from.
 */
final class CutLetter {
  /** Of all bytes, so many are for the key: one part in this. */
  private static final int SHARE_OF_KEY = 4;

  private final byte[] key;
  private final byte[] value;
  private final Headers headers;

  private CutLetter(byte[] key, byte[] value, Headers headers) {
    this.key = key;
    this.value = value;
    this.headers = headers;
  }

  /** Null when there was none. */
  byte[] key() {
    return key;
  }

  byte[] value() {
    return value;
  }

  Headers headers() {
    return headers;
  }

  /**
   * @param most bytes of key and value together
   */
  static CutLetter of(DeadLetter letter, int most) {
    Headers headers = new RecordHeaders();
    letter.headers().forEach((name, text) -> headers.add(name, utf8(text)));
    byte[] key = letter.key().map(Bytes::toArray).orElse(null);
    byte[] value = letter.value().toArray();
    if (key != null && key.length + value.length > most) {
      int room = Math.max(most / SHARE_OF_KEY, most - value.length);
      key = cut(key, room, headers, DeadLetterHeaders.KEY_BYTES, DeadLetterHeaders.KEY_SHA256);
    }
    int left = most - (key == null ? 0 : key.length);
    value =
        cut(value, left, headers, DeadLetterHeaders.VALUE_BYTES, DeadLetterHeaders.VALUE_SHA256);
    return new CutLetter(key, value, headers);
  }

  private static byte[] cut(byte[] whole, int room, Headers headers, String size, String hash) {
    if (whole.length <= room) {
      return whole;
    }
    headers.add(size, utf8(Integer.toString(whole.length)));
    headers.add(hash, utf8(HexFormat.of().formatHex(sha256(whole))));
    return Arrays.copyOf(whole, room);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
