package dev.countermark.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.conformance.Platform;
import dev.countermark.testkit.http.SlowPeers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * One address wants all connections, all transfers or the whole disk. It gets its share; whoever
 * comes from elsewhere, and the operator, do not feel it.
 */
class OneAddressTest {
  private static final boolean LONG = Boolean.getBoolean("hostile.long");

  /** What the platform lets one address have. */
  private static final int CONNECTIONS = LONG ? 2_000 : 300;

  private static final int TRANSFERS = LONG ? 1_000 : 100;
  private static final int SPOOL_MEBIBYTES = 64;
  private static final int SHARE = (SPOOL_MEBIBYTES << 20) / 4;

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String ELSEWHERE = "127.0.0.2";
  private static final int LARGE = 8 << 20;

  private static Platform platform;
  private static LivingGateway gateway;
  private static OtherTenants others;
  private static Layers layers;

  @BeforeAll
  static void start() {
    gateway =
        new LivingGateway(
            Platform.start(
                Map.of(
                    "COUNTERMARK_GATEWAY_CONNECTIONS_OF_ADDRESS",
                    Integer.toString(CONNECTIONS),
                    "COUNTERMARK_GATEWAY_QUIET_CONNECTION",
                    "15s",
                    "COUNTERMARK_GATEWAY_TRANSFERS_OF_ADDRESS",
                    Integer.toString(TRANSFERS),
                    "COUNTERMARK_GATEWAY_SPOOL_SIZE",
                    SPOOL_MEBIBYTES + "M")));
    platform = gateway.platform();
    layers = new Layers(platform);
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

  /** Of a request that comes from the address that has its share already. */
  private static String statusFor(String request) {
    try (Socket socket =
        new Socket(
            InetAddress.getByName(platform.url().getHost()),
            platform.url().getPort(),
            InetAddress.getByName(ELSEWHERE),
            0)) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Longer than the patience of the gateway, whatever comes of it. */
  @Test
  void headsThatComeByteByByte() throws Exception {
    int peers = CONNECTIONS + CONNECTIONS / 2;
    byte[] endless =
        ("GET / HTTP/1.1\r\nA: " + "a".repeat(1_000)).getBytes(StandardCharsets.US_ASCII);
    others.hardlyNotice(
        peers + " heads byte by byte",
        watch -> {
          try (SlowPeers slow =
              SlowPeers.writers(ELSEWHERE, platform.url(), peers, 1, "", endless)) {
            watch.countNow();
            await().atMost(PATIENCE).until(slow::over, n -> n == peers);
            assertThat(slow.answered()).isEqualTo(peers);
            assertThat(slow.answeredWith("H")).as("nobody is answered").isZero();
          }
        });
    assertThat(gateway.measured(LivingGateway.PART, "countermark_connections_refused_total"))
        .isGreaterThanOrEqualTo(CONNECTIONS / 2);
    assertThat(gateway.measured(LivingGateway.PART, "countermark_connections_quiet_total"))
        .isGreaterThanOrEqualTo(CONNECTIONS);
  }

  @Test
  void handshakesThatNeverBegin() throws Exception {
    int peers = CONNECTIONS + CONNECTIONS / 2;
    others.hardlyNotice(
        peers + " handshakes that never begin",
        watch -> {
          try (SlowPeers silent =
              SlowPeers.writers(ELSEWHERE, platform.httpsUrl(), peers, 1, "", new byte[0])) {
            watch.countNow();
            await().atMost(PATIENCE).until(silent::over, n -> n == peers);
          }
        });
  }

  @Test
  void moreTransfersThanItMayHave() throws Exception {
    int peers = TRANSFERS + TRANSFERS / 2;
    byte[] large = Layers.bytes(LARGE, 1);
    layers.push(large);
    String get = layers.headOfPull(large);
    others.hardlyNotice(
        peers + " slow readers of an address that may be " + TRANSFERS,
        watch -> {
          try (SlowPeers readers =
              SlowPeers.readers(ELSEWHERE, platform.url(), peers, 1_000, get)) {
            await().atMost(PATIENCE).until(readers::answered, n -> n == peers);
            watch.countNow();
            assertThat(readers.answeredWith("HTTP/1.1 200")).isEqualTo(TRANSFERS);
            assertThat(readers.answeredWith("HTTP/1.1 429")).isEqualTo(peers - TRANSFERS);

            // What needs no transfer is there for this address, too.
            assertThat(statusFor(layers.head("GET", "/v2/", ""))).isEqualTo("HTTP/1.1 200");
            assertThat(statusFor(layers.head("GET", "/q/health/ready", "")))
                .isEqualTo("HTTP/1.1 200");
            String token = "/v2/token?service=x";
            assertThat(statusFor(layers.head("GET", token, "")))
                .isEqualTo("HTTP/1.1 " + platform.call("GET", token, null).statusCode());
          }
        });
  }

  @Test
  void moreOfTheDiskThanItMayHave() throws Exception {
    int peers = 60;
    byte[] large = Layers.bytes(LARGE, 2);
    String post = layers.headOfPush(large);
    others.hardlyNotice(
        peers + " layers that come slowly, with room for " + SHARE / (4 << 20),
        watch -> {
          try (SlowPeers writers =
              SlowPeers.writers(ELSEWHERE, platform.url(), peers, 10_000, post, large)) {
            watch.countNow();
            await()
                .atMost(PATIENCE)
                .until(
                    () -> writers.answeredWith("HTTP/1.1 429"),
                    n -> n >= peers - SHARE / (4 << 20));
            assertThat(gateway.measured(LivingGateway.PART, "countermark_spool_used_bytes"))
                .isLessThanOrEqualTo(SHARE);
            layers.push(Layers.bytes(LARGE + 1, 3));
          }
        });
    await()
        .atMost(PATIENCE)
        .until(
            () -> gateway.measured(LivingGateway.PART, "countermark_spool_used_bytes"),
            n -> n == 0);
  }
}
