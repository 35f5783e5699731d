package dev.countermark.gateway.connections;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** With real connections; those that are too many come from another address of this machine. */
@QuarkusTest
@TestProfile(ConnectionGuardTest.Few.class)
class ConnectionGuardTest {
  private static final int MOST_OF_ADDRESS = 8;
  private static final String ELSEWHERE = "127.0.0.2";

  /** Few connections, and little patience. */
  public static class Few implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "countermark.gateway.connections-of-address",
          Integer.toString(MOST_OF_ADDRESS),
          "countermark.gateway.quiet-connection",
          "2s");
    }
  }

  @TestHTTPResource("/")
  URI base;

  @TestHTTPResource(value = "/metrics", management = true)
  URI metrics;

  private Socket connected(String from) throws IOException {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
    socket.connect(new InetSocketAddress(base.getHost(), base.getPort()));
    socket.setSoTimeout(1);
    return socket;
  }

  private static boolean isOver(Socket socket) {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  /** Sends the next byte. */
  private static boolean sent(Socket socket, byte[] text, AtomicInteger position) {
    try {
      socket.getOutputStream().write(text[position.getAndIncrement() % text.length]);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void whatIsMoreThanAnAddressMayHaveIsNotTaken() throws IOException {
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 2 * MOST_OF_ADDRESS; i++) {
        sockets.add(connected(ELSEWHERE));
      }
      List<Socket> late = sockets.subList(MOST_OF_ADDRESS, 2 * MOST_OF_ADDRESS);
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> late.stream().allMatch(ConnectionGuardTest::isOver));
      given().get("/").then().statusCode(200);
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    assertThat(given().get(metrics).asString())
        .containsPattern("countermark_connections_refused_total \\d");
  }

  @Test
  void aHeadThatComesByteByByteIsNotWaitedFor() throws IOException {
    byte[] endless = "GET / HTTP/1.1\r\nA: aaaaaaaaaa".getBytes(StandardCharsets.US_ASCII);
    AtomicInteger position = new AtomicInteger();
    try (Socket socket = connected(ELSEWHERE)) {
      await()
          .pollInterval(Duration.ofMillis(200))
          .atMost(Duration.ofSeconds(20))
          .until(
              () ->
                  !sent(socket, endless, position)
                      || isOver(socket)
                      || position.get() >= endless.length - 1);
      assertThat(position.get()).as("bytes before its end").isLessThan(endless.length - 1);
    }
  }

  @Test
  void aBodyMayTakeLongerThanThat() throws IOException {
    byte[] form = "a=bbbbbbbbbbbbbbbbbbb".getBytes(StandardCharsets.US_ASCII);
    AtomicInteger position = new AtomicInteger();
    try (Socket socket = connected(ELSEWHERE)) {
      socket
          .getOutputStream()
          .write(
              ("POST /v2/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                      + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                      + form.length
                      + "\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      await()
          .pollInterval(Duration.ofMillis(200))
          .atMost(Duration.ofSeconds(20))
          .until(() -> sent(socket, form, position) && position.get() == form.length);
      socket.setSoTimeout(20_000);
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 4");
    }
  }
}
