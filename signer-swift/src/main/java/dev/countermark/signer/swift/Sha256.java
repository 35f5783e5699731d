package dev.countermark.signer.swift;

import dev.countermark.contracts.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The one hash of the Swift path. */
final class Sha256 {
  private Sha256() {}

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static byte[] of(byte[] bytes) {
    return digest().digest(bytes);
  }

  /** Lower-case hexadecimal. */
  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(of(bytes));
  }

  /** Lower-case hexadecimal. */
  static String hex(Bytes bytes) {
    return hex(bytes.toArray());
  }
}
