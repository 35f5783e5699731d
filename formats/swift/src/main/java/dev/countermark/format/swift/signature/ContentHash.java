package dev.countermark.format.swift.signature;

import dev.countermark.format.zip.ByteSource;
import java.io.IOException;
import java.security.MessageDigest;

/** Content that a signature is about, as far as it has to be known: its hash. */
public interface ContentHash {
  byte[] by(HashAlgorithm algorithm) throws IOException;

  /** Content in memory. */
  static ContentHash of(byte[] content) {
    return algorithm -> algorithm.hash(content);
  }

  /** Content that is read once, from end to end, each time it is asked for. */
  static ContentHash of(ByteSource content) {
    return algorithm -> {
      MessageDigest digest = algorithm.digest();
      byte[] buffer = new byte[64 << 10];
      for (long at = 0; at < content.size(); ) {
        int count = (int) Math.min(buffer.length, content.size() - at);
        content.read(at, buffer, 0, count);
        digest.update(buffer, 0, count);
        at += count;
      }
      return digest.digest();
    };
  }

  /** Content whose SHA-256 is known already; it is read only for signatures by another hash. */
  static ContentHash of(byte[] sha256, ByteSource content) {
    return algorithm -> algorithm == HashAlgorithm.SHA256 ? sha256 : of(content).by(algorithm);
  }
}
