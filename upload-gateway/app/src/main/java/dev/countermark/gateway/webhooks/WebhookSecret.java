package dev.countermark.gateway.webhooks;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a receiver knows an event by. Made from the gateways' common secret and the id of the
 * webhook, so that it lies nowhere. Not a record: it would show it.
 *
 * @see "Standard Webhooks 1.0.0, symmetric signatures"
 */
final class WebhookSecret {
  private static final String PURPOSE = "countermark webhook secret v1\n";

  private final byte[] key;

  private WebhookSecret(byte[] key) {
    this.key = key;
  }

  /**
   * @param secret of the gateways
   * @param webhook its id, which no other one ever has
   */
  static WebhookSecret of(byte[] secret, String webhook) {
    return new WebhookSecret(hmac(secret, (PURPOSE + webhook).getBytes(StandardCharsets.UTF_8)));
  }

  /** As receivers are given it: {@code whsec_} and 32 bytes in Base64. */
  String text() {
    return "whsec_" + Base64.getEncoder().encodeToString(key);
  }

  /**
   * The value of {@code webhook-signature}.
   *
   * @param id of the event
   * @param at when it is sent, which the receiver sees to the second
   */
  String signature(String id, Instant at, byte[] body) {
    byte[] head = (id + "." + at.getEpochSecond() + ".").getBytes(StandardCharsets.UTF_8);
    return "v1," + Base64.getEncoder().encodeToString(hmac(key, head, body));
  }

  private static byte[] hmac(byte[] key, byte[]... content) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, mac.getAlgorithm()));
      for (byte[] piece : content) {
        mac.update(piece);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }
}
