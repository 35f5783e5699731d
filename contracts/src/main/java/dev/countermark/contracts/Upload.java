package dev.countermark.contracts;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A file as it was pushed.
 *
 * @param parts immutable content objects, in order
 * @param size bytes
 * @param sha256 of the file, lower-case hexadecimal
 */
public record Upload(List<Part> parts, long size, String sha256) {
  private static final String ALGORITHM = "sha256:";
  private static final Pattern DIGEST = Pattern.compile(ALGORITHM + "[0-9a-f]{64}");

  public Upload {
    parts = List.copyOf(parts);
  }

  /** {@code sha256:hex}, as records and events name the file. */
  public String digest() {
    return digest(sha256);
  }

  /** {@link #digest} of a file of that SHA-256, lower-case hexadecimal. */
  public static String digest(String sha256) {
    return ALGORITHM + sha256;
  }

  /** Whether an upload can have this {@link #digest}. */
  public static boolean isDigest(String digest) {
    return DIGEST.matcher(digest).matches();
  }
}
