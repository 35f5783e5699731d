package dev.countermark.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.countermark.conformance.Platform;
import dev.countermark.testkit.http.HttpCaller;
import dev.countermark.testkit.http.SlowPeers;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** More slow clients than the gateway has threads; others do not feel them. */
class SlowPeersTest {
  private static final int PEERS = Boolean.getBoolean("hostile.long") ? 2_000 : 300;
  private static final int LARGE = 8 << 20;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Twice a second: a little more than what is due. */
  private static final int STEP = 1_000;

  private static Platform platform;
  private static LivingGateway gateway;
  private static OtherTenants others;
  private static String name;
  private static HttpCaller caller;

  @BeforeAll
  static void start() {
    gateway = new LivingGateway();
    platform = gateway.platform();
    name = platform.repository("oci", JsonNodeFactory.instance.objectNode()).path();
    caller = HttpCaller.withBearer(platform.url(), platform.adminToken());
    others = new OtherTenants(gateway);
  }

  @AfterAll
  static void stop() throws Exception {
    others.close();
    platform.close();
  }

  @AfterEach
  void livesOn() {
    gateway.requireAlive();
  }

  private static byte[] bytes(int length, int seed) {
    byte[] content = new byte[length];
    new Random(seed).nextBytes(content);
    return content;
  }

  private static String digest(byte[] content) {
    try {
      return "sha256:"
          + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String monolithic(byte[] content) {
    return "/v2/"
        + name
        + "/blobs/uploads/?digest="
        + URLEncoder.encode(digest(content), StandardCharsets.US_ASCII);
  }

  private static void push(byte[] content) {
    assertThat(caller.send("POST", monolithic(content), content, Map.of()).statusCode())
        .isEqualTo(201);
  }

  private static String head(String method, String path, String more) {
    return method
        + " "
        + path
        + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
        + platform.adminToken()
        + "\r\n"
        + more
        + "\r\n";
  }

  @Test
  void whoTakeALargeLayerSlowlyAndWhoSendOneSlowly() throws Exception {
    byte[] large = bytes(LARGE, 1);
    push(large);
    String get = head("GET", "/v2/" + name + "/blobs/" + digest(large), "");
    byte[] sent = bytes(300_000, 2);
    String post = head("POST", monolithic(sent), "Content-Length: " + sent.length + "\r\n");

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
                .until(() -> writers.answeredWith("HTTP/1.1 201"), n -> n == PEERS);
          }
        });

    assertThat(caller.send("GET", "/v2/" + name + "/blobs/" + digest(large), null, Map.of()).body())
        .isEqualTo(large);
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
