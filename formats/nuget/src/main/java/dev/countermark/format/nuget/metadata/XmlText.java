package dev.countermark.format.nuget.metadata;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of an XML document in UTF-8 or UTF-16, or in one of two old encodings when it says so;
 * no other encoding is read, so that all readers see one text.
 *
 * @param charset that it is in
 * @param text without byte order mark, sound Unicode
 * @see "XML 1.0, appendix F"
 */
record XmlText(Charset charset, String text) {
  /** What old tools wrote, and clients read. */
  private static final Map<String, Charset> OLD =
      Map.of(
          "iso-8859-1",
          StandardCharsets.ISO_8859_1,
          "windows-1252",
          Charset.forName("windows-1252"));

  /** At the very beginning: whatever comes before it makes it something else. */
  private static final Pattern DECLARED =
      Pattern.compile(
          "<\\?xml[^>]{1,60}?\\sencoding\\s{0,9}=\\s{0,9}[\"']([A-Za-z0-9._-]{1,40})[\"']");

  private static final int DECLARATION = 200;

  private static final char BYTE_ORDER_MARK = '\ufeff';

  static XmlText decode(byte[] xml) throws InvalidNuspecException {
    int first = xml.length < 2 ? 0 : (xml[0] & 0xFF) << 8 | xml[1] & 0xFF;
    Charset charset =
        switch (first) {
          case 0xFEFF, '<' -> StandardCharsets.UTF_16BE;
          case 0xFFFE, '<' << 8 -> StandardCharsets.UTF_16LE;
          default -> OLD.getOrDefault(declared(xml), StandardCharsets.UTF_8);
        };
    try {
      String text = charset.newDecoder().decode(ByteBuffer.wrap(xml)).toString();
      boolean marked = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
      return new XmlText(charset, marked ? text.substring(1) : text);
    } catch (CharacterCodingException e) {
      throw new InvalidNuspecException(
          OLD.containsValue(charset)
              ? "The nuspec is not in " + charset + ", as it says."
              : "The nuspec is neither in UTF-8 nor in UTF-16.");
    }
  }

  private static String declared(byte[] xml) {
    String begin =
        new String(xml, 0, Math.min(xml.length, DECLARATION), StandardCharsets.ISO_8859_1);
    Matcher declared = DECLARED.matcher(begin);
    return declared.lookingAt() ? declared.group(1).toLowerCase(Locale.ROOT) : "";
  }

  /** Whether the document may call its encoding so. */
  boolean mayDeclare(String encoding) {
    String name = encoding.toLowerCase(Locale.ROOT);
    if (charset.equals(StandardCharsets.UTF_8)) {
      return name.equals("utf-8") || name.equals("us-ascii");
    }
    return OLD.containsValue(charset) ? charset.equals(OLD.get(name)) : name.startsWith("utf-16");
  }
}
