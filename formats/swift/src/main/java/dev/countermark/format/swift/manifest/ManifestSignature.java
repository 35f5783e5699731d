package dev.countermark.format.swift.manifest;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The signature line at the end of a manifest: {@code // signature: cms-1.0.0;} and base64. What is
 * signed is everything before the newline that starts the line. A manifest may be signed again: the
 * last line then covers the earlier ones, and is the only one that clients look at.
 *
 * @param contentLength how many bytes of the manifest are signed
 * @param format {@code cms-1.0.0}, or one that nobody knows
 * @param cms the signature; not copied
 * @see "swift reference, section 3"
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ManifestSignature(int contentLength, String format, byte[] cms) {
  /** The only format there is. */
  public static final String FORMAT = "cms-1.0.0";

  private static final Pattern LABEL =
      Pattern.compile("/+\\s*signature:(.*)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern VALUE = Pattern.compile("\\s*([^;\\s]+);([A-Za-z0-9+/]+=*)");

  /**
   * Finds the signature line as clients do.
   *
   * @return empty when the last line that is not blank is no signature: the manifest is unsigned
   * @throws MalformedManifestSignatureException when it is one that cannot be read, or the manifest
   *     is not UTF-8
   */
  public static Optional<ManifestSignature> find(byte[] manifest)
      throws MalformedManifestSignatureException {
    String text = text(manifest);
    int end = text.length();
    while (end > 0 && isWhitespace(text.charAt(end - 1))) {
      end--;
    }
    int start = end;
    while (start > 0 && !isNewline(text.charAt(start - 1))) {
      start--;
    }
    Matcher line = LABEL.matcher(withoutLeadingBlanks(text.substring(start, end)));
    if (start == 0 || !line.matches()) {
      return Optional.empty();
    }
    Matcher value = VALUE.matcher(line.group(1));
    if (!value.matches()) {
      throw new MalformedManifestSignatureException();
    }
    int contentEnd = start - 1;
    // The client's text has one character for the two.
    if (text.charAt(contentEnd) == '\n' && contentEnd > 0 && text.charAt(contentEnd - 1) == '\r') {
      contentEnd--;
    }
    int length = text.substring(0, contentEnd).getBytes(StandardCharsets.UTF_8).length;
    return Optional.of(new ManifestSignature(length, value.group(1), decoded(value.group(2))));
  }

  private static String text(byte[] manifest) throws MalformedManifestSignatureException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(manifest)).toString();
    } catch (CharacterCodingException e) {
      throw new MalformedManifestSignatureException();
    }
  }

  private static byte[] decoded(String base64) throws MalformedManifestSignatureException {
    try {
      byte[] bytes = Base64.getDecoder().decode(base64);
      if (!Base64.getEncoder().encodeToString(bytes).equals(base64)) {
        throw new MalformedManifestSignatureException();
      }
      return bytes;
    } catch (IllegalArgumentException e) {
      throw new MalformedManifestSignatureException();
    }
  }

  private static String withoutLeadingBlanks(String line) {
    int at = 0;
    while (at < line.length() && isWhitespace(line.charAt(at))) {
      at++;
    }
    return line.substring(at);
  }

  /** Unicode's White_Space, which is Swift's; Java's own method leaves some out. */
  private static boolean isWhitespace(char c) {
    return isNewline(c)
        || c == ' '
        || c == '\t'
        || c == '\u00A0'
        || c == '\u1680'
        || c >= '\u2000' && c <= '\u200A'
        || c == '\u202F'
        || c == '\u205F'
        || c == '\u3000';
  }

  private static boolean isNewline(char c) {
    return c >= '\n' && c <= '\r' || c == '\u0085' || c == '\u2028' || c == '\u2029';
  }

  /**
   * The manifest with a signature line, as {@code swift package-registry publish} writes it: no
   * newline after it.
   *
   * @param manifest exactly the bytes that {@code cms} signs
   */
  public static byte[] append(byte[] manifest, byte[] cms) {
    ByteArrayOutputStream out =
        new ByteArrayOutputStream(manifest.length + cms.length * 4 / 3 + 40);
    out.writeBytes(manifest);
    out.writeBytes(("\n// signature: " + FORMAT + ";").getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(Base64.getEncoder().encode(cms));
    return out.toByteArray();
  }

  /**
   * The manifest as it was before it was signed the last time.
   *
   * @return the same array when it is unsigned
   * @throws MalformedManifestSignatureException as {@link #find} does
   */
  public static byte[] strip(byte[] manifest) throws MalformedManifestSignatureException {
    return find(manifest).map(signature -> signature.content(manifest)).orElse(manifest);
  }

  /**
   * What is signed.
   *
   * @param manifest in which this signature was found
   */
  public byte[] content(byte[] manifest) {
    return Arrays.copyOf(manifest, contentLength);
  }
}
