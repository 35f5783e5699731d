package dev.countermark.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.auth.Scope;
import dev.countermark.gateway.auth.Tokens;
import dev.countermark.gateway.content.MemoryBudget;
import dev.countermark.gateway.kit.GatewayResources;
import dev.countermark.gateway.repositories.Repositories;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens on the wire to bodies that are refused, and to those that are not. */
@QuarkusTest
class RequestBodiesTest {
  private static final RepositoryName NAME = RepositoryName.of("bodies/app");
  private static final String DIGEST =
      "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

  /** Bytes a second that the buffers of two kernels may find room for yet. */
  private static final int TRICKLE = 10_000;

  @Inject Tokens tokens;
  @Inject Repositories repositories;
  @Inject GatewayResources resources;

  @TestHTTPResource("/")
  URI base;

  /** Reads one answer: its status under the empty name, its headers in lower case. */
  private static Map<String, String> answer(BufferedReader in) throws IOException {
    Map<String, String> answer = new TreeMap<>();
    String line = in.readLine();
    answer.put("", line == null ? "" : line.split(" ")[1]);
    for (line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      int colon = line.indexOf(':');
      answer.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    in.skip(Integer.parseInt(answer.getOrDefault("content-length", "0")));
    return answer;
  }

  private Socket connected() throws IOException {
    Socket socket = new Socket(base.getHost(), base.getPort());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
  }

  private static void send(OutputStream out, String head) throws IOException {
    out.write((head.replace("\n", "\r\n") + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
  }

  @ParameterizedTest
  @CsvSource({
    "PUT /bodies/app/nuget/v3/package/, 401",
    "PUT /bodies/app/swift/a/b/1.0.0, 401",
    "POST /v2/bodies/app/blobs/uploads/, 401",
    "PUT /api/v1/repositories/bodies/app, 401",
    "POST /nowhere, 404"
  })
  void theAnswerComesBeforeTheBody(String request, String status) throws IOException {
    repositories.findOrCreate(NAME);
    try (Socket socket = connected()) {
      send(socket.getOutputStream(), request + " HTTP/1.1\nHost: x\nContent-Length: 900000000");
      BufferedReader in = reader(socket);

      Map<String, String> answer = answer(in);

      assertThat(answer).containsEntry("", status).containsEntry("connection", "close");
    }
  }

  /** The answer would be lost if the connection ended while the client still sends. */
  @Test
  void whoSendsOnIsNotCutOffAtOnce() throws IOException {
    repositories.findOrCreate(NAME);
    int length = 32 << 20;
    try (Socket socket = connected()) {
      OutputStream out = socket.getOutputStream();
      send(out, "PUT /bodies/app/nuget/v3/package/ HTTP/1.1\nHost: x\nContent-Length: " + length);
      out.write(new byte[length]);

      BufferedReader in = reader(socket);
      assertThat(answer(in)).containsEntry("", "401");
      assertThat(in.read()).as("then the connection ends").isNegative();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 2", "Transfer-Encoding: chunked"})
  void aBodyThatWasReadLeavesTheConnectionOpen(String length) throws IOException {
    String token = pushToken();
    try (Socket socket = connected()) {
      BufferedReader in = reader(socket);
      for (int i = 0; i < 3; i++) {
        send(
            socket.getOutputStream(),
            "POST /v2/bodies/app/blobs/uploads/?digest="
                + DIGEST
                + " HTTP/1.1\nHost: x\n"
                + length
                + "\nAuthorization: Bearer "
                + token);
        String body = length.startsWith("T") ? "2\r\n{}\r\n0\r\n\r\n" : "{}";
        socket.getOutputStream().write(body.getBytes(StandardCharsets.US_ASCII));

        assertThat(answer(in)).containsEntry("", "201").doesNotContainKey("connection");
      }
    }
  }

  /** Its connections are used again: what is left of one request must not harm the next. */
  @ParameterizedTest
  @ValueSource(ints = {1, 100, 70_000, 100_000, 1_000_000})
  void aClientWithAPoolOfConnectionsIsAnsweredEveryTime(int length) throws Exception {
    repositories.findOrCreate(NAME);
    HttpClient client = HttpClient.newHttpClient();
    for (int i = 0; i < 20; i++) {
      HttpRequest request =
          HttpRequest.newBuilder(base.resolve("/bodies/app/nuget/v3/package/"))
              .timeout(Duration.ofSeconds(10))
              .PUT(HttpRequest.BodyPublishers.ofByteArray(new byte[length]))
              .build();
      assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
          .as("request " + i)
          .isEqualTo(401);
    }
  }

  /** Sends the head of a push of a large manifest. */
  private static void announce(Socket socket, String token) throws IOException {
    send(
        socket.getOutputStream(),
        "PUT /v2/bodies/app/manifests/latest HTTP/1.1\nHost: x\nContent-Length: 1000000\n"
            + "Content-Type: application/vnd.oci.image.manifest.v1+json\n"
            + "Authorization: Bearer "
            + token);
  }

  private String pushToken() {
    repositories.findOrCreate(NAME);
    return tokens
        .create(Optional.of(NAME), Tokens.Order.of(NAME, EnumSet.of(Scope.PUSH)), "test")
        .text();
  }

  @Test
  void whatARequestHoldsIsDrawnUntilItEnds() throws IOException {
    String token = pushToken();
    long before = resources.bodies().used();
    try (Socket socket = connected()) {
      announce(socket, token);
      socket.getOutputStream().write(new byte[500_000]);

      await().until(() -> resources.bodies().used() >= before + 900_000);
    }
    await().until(() -> resources.bodies().used() <= before);
  }

  /** Whoever does not go on sending is put on the disk, and holds no memory that others need. */
  @Test
  void whoSendsSlowlyHoldsNothing() throws IOException {
    String token = pushToken();
    long before = resources.bodies().used();
    try (Socket socket = connected()) {
      announce(socket, token);
      socket.getOutputStream().write(new byte[500_000]);

      await().until(() -> resources.bodies().used() >= before + 900_000);
      await().until(() -> resources.bodies().used() <= before);
      socket.getOutputStream().write(new byte[500_000]);
      assertThat(answer(reader(socket))).containsEntry("", "400");
    }
  }

  /** Clients hang up while they wait for memory: nothing is held for them, and nobody waits. */
  @Test
  void whoHangsUpHoldsNothing() throws IOException {
    String token = pushToken();
    long before = resources.bodies().used();
    try (MemoryBudget.Held all = resources.bodies().take(resources.bodies().limit() - before)) {
      for (int i = 0; i < 10; i++) {
        try (Socket socket = connected()) {
          announce(socket, token);
        }
      }
      try (Socket socket = connected()) {
        send(socket.getOutputStream(), "GET /q/health/live HTTP/1.1\nHost: x");
        assertThat(answer(reader(socket))).containsEntry("", "200");
      }
    }
    await().until(() -> resources.bodies().used() <= before);
  }

  /** Answers that nobody takes are not collected: the requests for them stay with the client. */
  @Test
  void whoTakesNoAnswerIsAskedForNoMoreRequests() throws IOException {
    byte[] request =
        "GET /api/v1/openapi HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer all = ByteBuffer.allocate(400_000 * request.length);
    while (all.hasRemaining()) {
      all.put(request);
    }
    all.flip();
    try (SocketChannel channel =
        SocketChannel.open(new InetSocketAddress(base.getHost(), base.getPort()))) {
      channel.configureBlocking(false);
      long[] before = {-TRICKLE};
      await()
          .pollInterval(Duration.ofSeconds(1))
          .atMost(Duration.ofSeconds(25))
          .until(
              () -> {
                while (channel.write(all) > 0) {
                  // until nothing more is taken
                }
                long taken = all.position() - before[0];
                before[0] = all.position();
                return taken < TRICKLE;
              });
      assertThat(all.remaining()).isPositive();

      ByteBuffer answers = ByteBuffer.allocate(1 << 20);
      await()
          .until(
              () -> {
                answers.clear();
                return channel.read(answers) >= 0 && channel.write(all) > 0;
              });
    }
  }

  @Test
  void aFormIsNoPlaceForMuch() throws IOException {
    try (Socket socket = connected()) {
      OutputStream out = socket.getOutputStream();
      send(
          out,
          "POST /v2/token HTTP/1.1\nHost: x\nContent-Length: 90000000\n"
              + "Content-Type: application/x-www-form-urlencoded");
      out.write(new byte[70_000]);

      assertThat(answer(reader(socket))).containsEntry("", "413");
    }
  }
}
