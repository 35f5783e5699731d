package dev.countermark.format.nuget.signature;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The text that is signed: the hash of the package without its signature (nuget reference, section
 * 1.6).
 *
 * @param hash of the package, by {@code algorithm}
 */
@SuppressWarnings("ArrayRecordComponent") // compared by equals below
public record SignatureContent(HashAlgorithm algorithm, byte[] hash) {
  private static final int MAX_BYTES = 64 << 10;
  private static final String SUFFIX = "-Hash";
  private static final Pattern KEY = Pattern.compile("[a-zA-Z0-9.\\-/]+");

  public SignatureContent {
    Objects.requireNonNull(algorithm, "algorithm");
    hash = hash.clone();
  }

  @Override
  public byte[] hash() {
    return hash.clone();
  }

  /** As it is signed. */
  public byte[] encode() {
    String text =
        "Version:1\n\n"
            + algorithm.oid()
            + SUFFIX
            + ":"
            + Base64.getEncoder().encodeToString(hash)
            + "\n\n";
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads the text as the client does: line ends may be CRLF, white space may be in the Base64.
   *
   * @throws MalformedSignatureException {@code NU3000}, or {@code NU3007} for another version
   */
  public static SignatureContent parse(byte[] text) throws MalformedSignatureException {
    if (text.length > MAX_BYTES) {
      throw malformed("it is too long");
    }
    String[] lines = new String(text, StandardCharsets.UTF_8).split("\r?\n", -1);
    Map<String, String> header = section(lines, 0);
    if (!"1".equals(header.get("Version"))) {
      if (!header.containsKey("Version")) {
        throw malformed("it has no version");
      }
      throw new MalformedSignatureException(
          "NU3007", "The package signature format version is unsupported.");
    }
    int next = header.size() + 1;
    while (next < lines.length) {
      Map<String, String> section = section(lines, next);
      Optional<SignatureContent> found = hash(section);
      if (found.isPresent()) {
        return found.get();
      }
      next += section.size() + 1;
    }
    throw malformed("it has no supported hash");
  }

  private static Optional<SignatureContent> hash(Map<String, String> section)
      throws MalformedSignatureException {
    for (HashAlgorithm algorithm : HashAlgorithm.values()) {
      String value = section.get(algorithm.oid() + SUFFIX);
      if (value != null) {
        try {
          byte[] hash = Base64.getDecoder().decode(value.replaceAll("\\s", ""));
          return Optional.of(new SignatureContent(algorithm, hash));
        } catch (IllegalArgumentException e) {
          throw malformed("its hash is not Base64");
        }
      }
    }
    return Optional.empty();
  }

  /** The lines up to the next empty one. */
  private static Map<String, String> section(String[] lines, int from)
      throws MalformedSignatureException {
    Map<String, String> section = new HashMap<>();
    for (int i = from; i < lines.length && !lines[i].isEmpty(); i++) {
      int colon = lines[i].indexOf(':');
      if (colon < 1
          || colon == lines[i].length() - 1
          || !KEY.matcher(lines[i].substring(0, colon)).matches()
          || section.put(lines[i].substring(0, colon), lines[i].substring(colon + 1)) != null) {
        throw malformed("a line is not key:value");
      }
    }
    return section;
  }

  private static MalformedSignatureException malformed(String why) {
    return new MalformedSignatureException(
        "NU3000", "The package signature content is invalid: " + why + ".");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SignatureContent content
        && algorithm == content.algorithm
        && Arrays.equals(hash, content.hash);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(hash);
  }
}
