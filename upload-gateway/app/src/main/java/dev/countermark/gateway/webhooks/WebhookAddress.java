package dev.countermark.gateway.webhooks;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/** Whether a URL can be that of a webhook, as far as its text tells. */
public final class WebhookAddress {
  private static final int LONGEST = 2_048;
  private static final int FIRST_FREE_PORT = 1_024;

  private WebhookAddress() {}

  /** Port of a URL, its scheme's by default. */
  static int port(URI url) {
    return url.getPort() >= 0 ? url.getPort() : isSecure(url) ? 443 : 80;
  }

  static boolean isSecure(URI url) {
    return "https".equalsIgnoreCase(url.getScheme());
  }

  /** Without the brackets of an IPv6 address. */
  static String host(URI url) {
    String host = url.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /**
   * @return empty when it cannot: not absolute, other than http and https, with user or fragment,
   *     or to a port of services that are not the web's
   */
  public static Optional<URI> parse(String text) {
    if (text == null || text.length() > LONGEST) {
      return Optional.empty();
    }
    try {
      URI url = new URI(text);
      boolean fit =
          ("https".equalsIgnoreCase(url.getScheme()) || "http".equalsIgnoreCase(url.getScheme()))
              && url.getHost() != null
              && url.getRawUserInfo() == null
              && url.getRawFragment() == null
              && text.chars().allMatch(c -> c > ' ' && c < 0x7f)
              && (port(url) == 443
                  || port(url) == 80
                  || port(url) >= FIRST_FREE_PORT && port(url) <= 0xffff);
      return fit ? Optional.of(url) : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }
}
