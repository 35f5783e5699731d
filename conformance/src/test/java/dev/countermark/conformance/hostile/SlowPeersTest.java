package dev.countermark.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.testkit.http.SlowPeers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** More slow clients than the gateway has threads; others do not feel them. */
@ExtendWith(PlatformExtension.class)
class SlowPeersTest {
  private static final int PEERS = Boolean.getBoolean("hostile.long") ? 2_000 : 160;
  private static final int LARGE = 8 << 20;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Twice a second: a little more than what is due. */
  private static final int STEP = 1_000;

  private static Platform platform;
  private static LivingGateway gateway;
  private static OtherTenants others;
  private static Layers layers;

  @BeforeAll
  static void start(Platform shared) {
    platform = shared;
    gateway = new LivingGateway(platform);
    layers = new Layers(platform);
    others = new OtherTenants(gateway);
  }

  @AfterAll
  static void stop() {
    others.close();
  }

  @AfterEach
  void livesOn() {
    gateway.requireAlive();
  }

  @Test
  void whoTakeALargeLayerSlowlyAndWhoSendOneSlowly() throws Exception {
    byte[] large = Layers.bytes(LARGE, 1);
    layers.push(large);
    String get = layers.headOfPull(large);
    byte[] sent = Layers.bytes(300_000, 2);
    String post = layers.headOfPush(sent);

    others.hardlyNotice(
        PEERS + " slow readers and " + PEERS + " slow writers",
        watch -> {
          try (SlowPeers readers = SlowPeers.readers(platform.url(), PEERS, STEP, get);
              SlowPeers writers = SlowPeers.writers(platform.url(), PEERS, STEP, post, sent)) {
            await().atMost(PATIENCE).until(readers::answered, n -> n == PEERS);
            watch.countNow();
            assertThat(readers.answeredWith("HTTP/1.1 200")).as("none is refused").isEqualTo(PEERS);
            writers.hurry();
            await()
                .atMost(PATIENCE)
                .untilAsserted(
                    () ->
                        assertThat(writers.answers())
                            .isEqualTo(Map.of("HTTP/1.1 201", (long) PEERS)));
          }
        });

    assertThat(layers.pull(large)).isEqualTo(large);
  }

  @Test
  void whoSendAFormByteByByteAndAreNobody() throws Exception {
    byte[] form = "grant_type=password&username=a&password=b".getBytes(StandardCharsets.US_ASCII);
    String head =
        "POST /v2/token HTTP/1.1\r\nHost: x\r\n"
            + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
            + form.length
            + "\r\n\r\n";
    others.hardlyNotice(
        PEERS + " slow forms",
        watch -> {
          try (SlowPeers writers = SlowPeers.writers(platform.url(), PEERS, 1, head, form)) {
            watch.countNow();
            // Less than what is due: nobody waits for the rest.
            await()
                .atMost(PATIENCE)
                .until(() -> writers.answeredWith("H") + writers.over(), n -> n >= PEERS);
          }
        });
  }
}
