package dev.countermark.format.nuget.metadata;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** Addresses of web pages as .NET takes them: what a URL must not hold is encoded. */
final class WebAddress {
  private static final int LONGEST = 4_000;
  private static final String ALLOWED = "-._~:/?#[]@!$&'()*+,;=";

  private WebAddress() {}

  /** A URL that may be shown as a link; empty when it is no absolute http(s) URL. */
  static Optional<String> of(String text) {
    return text.length() > LONGEST ? Optional.empty() : url(text).or(() -> url(encoded(text)));
  }

  private static Optional<String> url(String text) {
    try {
      URI url = new URI(text);
      String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
      return (scheme.equals("http") || scheme.equals("https")) && url.getRawAuthority() != null
          ? Optional.of(text)
          : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  private static String encoded(String text) {
    StringBuilder url = new StringBuilder();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      int b = bytes[i] & 0xFF;
      boolean alphanumeric = b < 0x80 && Character.isLetterOrDigit(b);
      if (alphanumeric || ALLOWED.indexOf(b) >= 0 || b == '%' && isEncoded(bytes, i)) {
        url.append((char) b);
      } else {
        url.append(String.format("%%%02X", b));
      }
    }
    return url.toString();
  }

  private static boolean isEncoded(byte[] bytes, int at) {
    return at + 2 < bytes.length
        && Character.digit(bytes[at + 1], 16) >= 0
        && Character.digit(bytes[at + 2], 16) >= 0;
  }
}
