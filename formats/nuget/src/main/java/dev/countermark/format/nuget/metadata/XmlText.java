package dev.countermark.format.nuget.metadata;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The text of an XML document in UTF-8 or UTF-16; no other encoding is read, so that all readers
 * see one text.
 *
 * @param wide whether it is in UTF-16
 * @param text without byte order mark, sound Unicode
 * @see "XML 1.0, appendix F"
 */
record XmlText(boolean wide, String text) {
  private static final char BYTE_ORDER_MARK = '\ufeff';

  static XmlText decode(byte[] xml) throws InvalidNuspecException {
    int first = xml.length < 2 ? 0 : (xml[0] & 0xFF) << 8 | xml[1] & 0xFF;
    Charset charset =
        switch (first) {
          case 0xFEFF, '<' -> StandardCharsets.UTF_16BE;
          case 0xFFFE, '<' << 8 -> StandardCharsets.UTF_16LE;
          default -> StandardCharsets.UTF_8;
        };
    try {
      String text = charset.newDecoder().decode(ByteBuffer.wrap(xml)).toString();
      boolean marked = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
      return new XmlText(charset != StandardCharsets.UTF_8, marked ? text.substring(1) : text);
    } catch (CharacterCodingException e) {
      throw new InvalidNuspecException("The nuspec is neither in UTF-8 nor in UTF-16.");
    }
  }

  /** Whether the document may call its encoding so. */
  boolean mayDeclare(String encoding) {
    String name = encoding.toLowerCase(Locale.ROOT);
    return wide ? name.startsWith("utf-16") : name.equals("utf-8") || name.equals("us-ascii");
  }
}
