package dev.countermark.format.oci;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A content digest, {@code algorithm:encoded}. Only the two registered algorithms are known.
 *
 * @param algorithm {@code sha256} or {@code sha512}
 * @param encoded 64 or 128 lower-case hexadecimal digits
 * @see "OCI image-spec, descriptor, Digests"
 */
public record Digest(String algorithm, String encoded) {
  private static final Pattern HEX = Pattern.compile("[0-9a-f]+");

  public Digest {
    int length = "sha256".equals(algorithm) ? 64 : "sha512".equals(algorithm) ? 128 : -1;
    if (encoded == null || encoded.length() != length || !HEX.matcher(encoded).matches()) {
      throw new IllegalArgumentException("a digest is sha256:<64 hex> or sha512:<128 hex>");
    }
  }

  /** Reads {@code algorithm:encoded}; empty when it is malformed or of an unknown algorithm. */
  public static Optional<Digest> parse(String text) {
    int colon = text == null ? -1 : text.indexOf(':');
    if (colon < 0 || text.length() > 135) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Digest(text.substring(0, colon), text.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Reads what is known to be a digest. */
  public static Digest of(String text) {
    return parse(text).orElseThrow(() -> new IllegalArgumentException("not a digest"));
  }

  public static Digest sha256(byte[] content) {
    return new Digest("sha256", HexFormat.of().formatHex(hash("SHA-256", content)));
  }

  /** The digest of {@code content} by this digest's algorithm. */
  public Digest sameAlgorithm(byte[] content) {
    return new Digest(algorithm, HexFormat.of().formatHex(hash(javaAlgorithm(), content)));
  }

  public boolean matches(byte[] content) {
    return equals(sameAlgorithm(content));
  }

  /** The name {@code MessageDigest} knows the algorithm by. */
  public String javaAlgorithm() {
    return "sha256".equals(algorithm) ? "SHA-256" : "SHA-512";
  }

  static byte[] hash(String algorithm, byte[] content) {
    try {
      return MessageDigest.getInstance(algorithm).digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + algorithm, e);
    }
  }

  /** {@code algorithm:encoded}. */
  @Override
  public String toString() {
    return algorithm + ":" + encoded;
  }
}
