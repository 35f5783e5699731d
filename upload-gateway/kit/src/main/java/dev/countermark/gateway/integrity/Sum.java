package dev.countermark.gateway.integrity;

import dev.countermark.contracts.Part;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The hash that bytes must have.
 *
 * @param algorithm {@code sha256} or {@code sha512}
 * @param hex lower-case hexadecimal
 */
public record Sum(String algorithm, String hex) {
  private static final Pattern TEXT = Pattern.compile("(sha256|sha512):([0-9a-f]{64,128})");

  public static Sum of(Part part) {
    return new Sum("sha256", part.sha256());
  }

  /**
   * @param digest {@code algorithm:hex}
   * @return empty when it is something else
   */
  public static Optional<Sum> parse(String digest) {
    Matcher matcher = TEXT.matcher(digest);
    return matcher.matches()
        ? Optional.of(new Sum(matcher.group(1), matcher.group(2)))
        : Optional.empty();
  }

  MessageDigest hash() {
    String name = algorithm.toUpperCase(Locale.ROOT).replace("SHA", "SHA-");
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + name, e);
    }
  }

  boolean isThatOf(MessageDigest hashed) {
    return hex.equals(HexFormat.of().formatHex(hashed.digest()));
  }

  /** Whether bytes have it. */
  public boolean isThatOf(byte[] content) {
    MessageDigest hash = hash();
    hash.update(content);
    return isThatOf(hash);
  }

  /** {@code algorithm:hex}. */
  @Override
  public String toString() {
    return algorithm + ":" + hex;
  }
}
