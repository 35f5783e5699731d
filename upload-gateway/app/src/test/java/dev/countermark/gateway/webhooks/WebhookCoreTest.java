package dev.countermark.gateway.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookCoreTest {
  private static final byte[] INSTALLATION = "of the installation".getBytes(StandardCharsets.UTF_8);

  /** As a receiver does it who has read the specification and nothing else. */
  @Test
  void aReceiverCanCheckTheSignatureWithTheSecretAsItIsShown() throws Exception {
    WebhookSecret secret = WebhookSecret.of(INSTALLATION, "one");

    String text = secret.text();
    assertThat(text).startsWith("whsec_");
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(
        new SecretKeySpec(
            Base64.getDecoder().decode(text.substring("whsec_".length())), "HmacSHA256"));
    byte[] signed = mac.doFinal("id.1700000000.{}".getBytes(StandardCharsets.UTF_8));
    assertThat(
            secret.signature(
                "id", Instant.ofEpochSecond(1_700_000_000), "{}".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("v1," + Base64.getEncoder().encodeToString(signed));
  }

  @Test
  void noTwoWebhooksHaveTheSameSecretAndOneAlwaysHasTheSame() {
    assertThat(WebhookSecret.of(INSTALLATION, "one").text())
        .isEqualTo(WebhookSecret.of(INSTALLATION, "one").text())
        .isNotEqualTo(WebhookSecret.of(INSTALLATION, "two").text());
  }

  @Test
  void waitsDoubleUpToAnHourAndHalfOfThemIsChance() {
    Backoff backoff = new Backoff(new Random(1));
    for (int failures = 1; failures < 100; failures++) {
      long longest = Math.min(3_600_000, 5_000L << Math.min(failures - 1, 20));
      assertThat(backoff.after(failures))
          .isBetween(Duration.ofMillis(longest / 2), Duration.ofMillis(longest));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://example.org",
        "https://example.org:8443/hook?team=1",
        "https://[2606:4700::1111]/",
        "http://10.0.0.1:8080/hook"
      })
  void canBeTheAddressOfAWebhook(String url) {
    assertThat(WebhookAddress.parse(url)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "example.org",
        "/hook",
        "ftp://example.org",
        "file:///etc/passwd",
        "https:///hook",
        "https://user@example.org",
        "https://user:password@example.org",
        "https://example.org/#there",
        "https://example.org:22/",
        "https://example.org:70000/",
        "https://example.org:0/",
        "https://exa mple.org/",
        "https://example.org/\r\nhost: x",
        "https://ex\u00e4mple.org/"
      })
  void cannotBe(String url) {
    assertThat(WebhookAddress.parse(url)).isEmpty();
  }
}
