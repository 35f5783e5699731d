package dev.countermark.gateway.nuget;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The hashes of NuGet. */
final class Digests {
  private Digests() {}

  static MessageDigest sha256() {
    return of("SHA-256");
  }

  static MessageDigest sha512() {
    return of("SHA-512");
  }

  private static MessageDigest of(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + algorithm, e);
    }
  }
}
