package dev.countermark.keyservice;

import dev.countermark.contracts.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

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

  AuditSeal(RootSecret root) {
    this.key = root.auditKey();
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
    byte[] expected =
        HexFormat.of().formatHex(Hashes.hmacSha256(key, json)).getBytes(StandardCharsets.US_ASCII);
    if (!MessageDigest.isEqual(expected, Arrays.copyOfRange(sealed, end + 1, sealed.length - 1))) {
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

  /** The bytes of a record are not what they should be; the message continues "record N …". */
  static final class BrokenException extends Exception {
    BrokenException(String message) {
      super(message);
    }
  }
}
