package dev.countermark.format.nuget.signature;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
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
  private static final Pattern LINE_END = Pattern.compile("\r\n|\r|\n");
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
   * Reads the text as the client does: a header and the hashes, each ended by an empty line; lines
   * end as they like, white space may be in the Base64, and whatever follows is nobody's business.
   *
   * @throws MalformedSignatureException {@code NU3000}, or {@code NU3007} for another version
   */
  public static SignatureContent parse(byte[] text) throws MalformedSignatureException {
    if (text.length > MAX_BYTES) {
      throw malformed("it is longer than " + MAX_BYTES + " bytes");
    }
    Iterator<String> lines = lines(new String(text, StandardCharsets.UTF_8)).iterator();
    Map<String, String> header = section(lines, "header");
    String version = header.get("Version");
    if (version == null) {
      throw malformed("its header has no Version");
    }
    if (!version.equals("1")) {
      throw new MalformedSignatureException(
          "NU3007", "The package signature has another format version than 1.");
    }
    return hash(section(lines, "section of hashes"));
  }

  /** What is behind the last line end is a line unless it is empty. */
  private static List<String> lines(String text) {
    List<String> lines = List.of(LINE_END.split(text, -1));
    return lines.get(lines.size() - 1).isEmpty() ? lines.subList(0, lines.size() - 1) : lines;
  }

  /** The first that signatures may use, in the order of the text. */
  private static SignatureContent hash(Map<String, String> section)
      throws MalformedSignatureException {
    for (Map.Entry<String, String> property : section.entrySet()) {
      Optional<HashAlgorithm> algorithm =
          property.getKey().endsWith(SUFFIX)
              ? HashAlgorithm.of(
                  property.getKey().substring(0, property.getKey().length() - SUFFIX.length()))
              : Optional.empty();
      if (algorithm.isPresent()) {
        return new SignatureContent(algorithm.get(), decoded(property.getValue()));
      }
    }
    throw malformed("it has no hash by SHA-256, SHA-384 or SHA-512");
  }

  private static byte[] decoded(String base64) throws MalformedSignatureException {
    try {
      return Base64.getDecoder().decode(base64.replaceAll("\\s", ""));
    } catch (IllegalArgumentException e) {
      throw malformed("its hash is not Base64");
    }
  }

  /** The lines up to the next empty one, which must be there. */
  private static Map<String, String> section(Iterator<String> lines, String name)
      throws MalformedSignatureException {
    Map<String, String> section = new LinkedHashMap<>();
    while (lines.hasNext()) {
      String line = lines.next();
      if (line.isEmpty()) {
        if (section.isEmpty()) {
          throw malformed("its " + name + " is empty");
        }
        return section;
      }
      int colon = line.indexOf(':');
      if (colon < 1
          || colon == line.length() - 1
          || !KEY.matcher(line.substring(0, colon)).matches()) {
        throw malformed("a line of its " + name + " is not key:value");
      }
      if (section.put(line.substring(0, colon), line.substring(colon + 1)) != null) {
        throw malformed("its " + name + " has a key twice");
      }
    }
    throw malformed("no empty line ends its " + name);
  }

  /** Whether it can be the hash of a package. */
  public boolean isOfRightLength() {
    return hash.length == algorithm.digest().getDigestLength();
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
