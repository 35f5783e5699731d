package dev.countermark.testkit.oci;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Content digests in the form of the image specification. */
public final class Digests {
  private Digests() {}

  /** {@code sha256:} and 64 lower-case hexadecimal digits. */
  public static String sha256(byte[] content) {
    try {
      return "sha256:"
          + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The tag under which cosign keeps the signatures of {@code digest}. */
  public static String signatureTag(String digest) {
    return digest.replace(':', '-') + ".sig";
  }
}
