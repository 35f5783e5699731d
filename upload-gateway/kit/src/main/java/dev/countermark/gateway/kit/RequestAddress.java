package dev.countermark.gateway.kit;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The address of a request as text: nothing here has a name with what is in no text. */
final class RequestAddress {
  private RequestAddress() {}

  /**
   * @param uri path and query as they came, escaped
   * @return what is wrong with it, a sentence
   */
  static Optional<String> flaw(String uri) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(unescaped(uri)).toString();
    } catch (CharacterCodingException e) {
      return Optional.of("The address has bytes that are no UTF-8.");
    }
    return text.codePoints()
        .filter(Character::isISOControl)
        .mapToObj("The address has the control character U+%04X."::formatted)
        .findFirst();
  }

  /** A percent sign that escapes nothing stands for itself: what is behind it is looked at, too. */
  private static ByteBuffer unescaped(String uri) {
    byte[] from = uri.getBytes(StandardCharsets.UTF_8);
    ByteBuffer to = ByteBuffer.allocate(from.length);
    for (int i = 0; i < from.length; i++) {
      int high = from[i] == '%' && i + 2 < from.length ? Character.digit(from[i + 1], 16) : -1;
      int low = high < 0 ? -1 : Character.digit(from[i + 2], 16);
      if (low < 0) {
        to.put(from[i]);
      } else {
        to.put((byte) (high << 4 | low));
        i += 2;
      }
    }
    return to.flip();
  }
}
