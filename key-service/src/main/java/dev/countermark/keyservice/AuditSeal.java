package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The bytes of an audit record: a line of JSON, then a line with the HMAC-SHA256 of the first in
 * hexadecimal, both ended by LF. The first line's SHA-256 links the next record to it, so the chain
 * can be followed with {@code head -1 | sha256sum}; the second stops who can write to the bucket
 * but lacks the root secret from writing a chain anew.
 */
final class AuditSeal {
  /** {@code previous} of the first record. */
  static final String NOTHING = "0".repeat(64);

  private static final int MAC_LINE = 65;

  private final byte[] key;
  private final List<byte[]> formerKeys;

  AuditSeal(RootSecret root) {
    this(root, List.of());
  }

  /**
   * @param formerKeys of root secrets that were replaced: what they sealed stays sealed
   */
  AuditSeal(RootSecret root, List<Bytes> formerKeys) {
    this.key = root.auditKey();
    this.formerKeys = formerKeys.stream().map(Bytes::toArray).toList();
  }

  /** A record with the hash that the next one links to. */
  record Opened(AuditRecord record, String hash) {}

  byte[] seal(AuditRecord record) {
    byte[] json = Json.write(record);
    byte[] mac =
        HexFormat.of().formatHex(Hashes.hmacSha256(key, json)).getBytes(StandardCharsets.US_ASCII);
    byte[] sealed = Arrays.copyOf(json, json.length + 1 + MAC_LINE);
    sealed[json.length] = '\n';
    System.arraycopy(mac, 0, sealed, json.length + 1, mac.length);
    sealed[sealed.length - 1] = '\n';
    return sealed;
  }

  /** What the next record's {@code previous} must be. */
  static String hash(byte[] sealed) {
    return Hashes.sha256Hex(Arrays.copyOf(sealed, sealed.length - 1 - MAC_LINE));
  }

  /**
   * @throws BrokenException when the bytes are not exactly a record that this installation sealed
   */
  Opened open(byte[] sealed) throws BrokenException {
    int end = sealed.length - 1 - MAC_LINE;
    if (end < 0 || sealed[end] != '\n' || sealed[sealed.length - 1] != '\n') {
      throw new BrokenException("is not a line of JSON and a line of HMAC");
    }
    byte[] json = Arrays.copyOf(sealed, end);
    byte[] mac = Arrays.copyOfRange(sealed, end + 1, sealed.length - 1);
    if (!isMac(mac, key, json) && formerKeys.stream().noneMatch(k -> isMac(mac, k, json))) {
      throw new BrokenException("was altered, or sealed with another root secret");
    }
    try {
      AuditRecord record = Json.read(json, AuditRecord.class);
      if (record.format() != AuditRecord.FORMAT) {
        throw new BrokenException("has unknown format " + record.format());
      }
      return new Opened(record, Hashes.sha256Hex(json));
    } catch (Json.MalformedJsonException e) {
      throw new BrokenException("is not an audit record");
    }
  }

  private static boolean isMac(byte[] mac, byte[] key, byte[] json) {
    byte[] expected =
        HexFormat.of().formatHex(Hashes.hmacSha256(key, json)).getBytes(StandardCharsets.US_ASCII);
    return MessageDigest.isEqual(expected, mac);
  }

  /** The bytes of a record are not what they should be; the message continues "record N …". */
  static final class BrokenException extends Exception {
    BrokenException(String message) {
      super(message);
    }
  }
}
