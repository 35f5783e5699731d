package dev.countermark.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.Obstacle;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient.Item;
import dev.countermark.keys.KeyClient.Purpose;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The adapter against a server that misbehaves; the contract runs against the real service there.
 */
class HttpKeyClientTest {
  private static final RepositoryName REPOSITORY = new RepositoryName("acme", "tools");
  private static final Purpose PURPOSE = KeyClientContract.OCI;
  private static final String CREDENTIAL = "a-credential-that-nobody-may-see";

  /** Not OCSP: the client does not look. */
  private static final byte[] OCSP_ANSWER = {1, 2, 3, (byte) 0x80, 0};

  private final ExecutorService pool = Executors.newCachedThreadPool();
  private final InMemoryKeyClient keys = TestTerms.inMemory();
  private final AtomicInteger requests = new AtomicInteger();
  private HttpServer server;
  private volatile int status = 200;
  private volatile String refusal = "secret detail";
  private volatile String authorization;
  private volatile String seen;
  private volatile byte[] sent;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(pool);
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          authorization = exchange.getRequestHeaders().getFirst("Authorization");
          var headers = exchange.getRequestHeaders();
          seen =
              String.join(
                  " ",
                  exchange.getRequestMethod(),
                  exchange.getRequestURI().toString(),
                  headers.getFirst("Content-Type"),
                  headers.getFirst("Accept"));
          sent = exchange.getRequestBody().readAllBytes();
          byte[] body =
              status == 200
                  ? seen.contains("ocsp")
                      ? OCSP_ANSWER
                      : Json.write(keys.current(REPOSITORY, PURPOSE))
                  : refusal.getBytes(java.nio.charset.StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    pool.shutdownNow();
  }

  private KeyClientSettings settings() {
    return KeyClientSettings.bearer(
        URI.create("http://127.0.0.1:" + server.getAddress().getPort()), CREDENTIAL);
  }

  @Test
  void remembersTheCurrentKeyForAWhile() {
    KeyClient client = new HttpKeyClient(settings());
    client.current(REPOSITORY, PURPOSE);
    client.current(REPOSITORY, PURPOSE);
    assertThat(requests).hasValue(1);
    assertThat(authorization).isEqualTo("Bearer " + CREDENTIAL);
  }

  @Test
  void asksEveryTimeWhenTheLifetimeIsZero() {
    KeyClient client = new HttpKeyClient(settings().withCurrentTtl(Duration.ZERO));
    client.current(REPOSITORY, PURPOSE);
    client.current(REPOSITORY, PURPOSE);
    assertThat(requests).hasValue(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 429, 500, 503})
  void callsEveryRefusalTransientAndShowsNeitherCredentialNorBody(int answer) {
    status = answer;
    assertThatThrownBy(() -> new HttpKeyClient(settings()).current(REPOSITORY, PURPOSE))
        .isInstanceOf(Failure.Transient.class)
        .hasMessageContaining(Integer.toString(answer))
        .hasMessageContaining("acme/tools")
        .hasMessageNotContaining(CREDENTIAL)
        .hasMessageNotContaining("secret detail");
  }

  @ParameterizedTest
  @CsvSource({
    "401, '', KEY_SERVICE_REFUSES, false",
    "403, '', KEY_SERVICE_REFUSES, false",
    "404, '', KEY_SERVICE_REFUSES, false",
    "409, conflict, KEY_NOT_IN_FORCE, false",
    "500, audit-broken, AUDIT_BROKEN, false",
    "500, record-unusable, KEY_UNUSABLE, false",
    "500, internal, KEY_SERVICE_UNAVAILABLE, true",
    "429, '', KEY_SERVICE_UNAVAILABLE, true",
    "503, store-unavailable, KEY_SERVICE_UNAVAILABLE, true"
  })
  void tellsWhatIsInTheWayAndWhetherItPasses(
      int answer, String title, Obstacle expected, boolean passing) {
    status = answer;
    refusal = "{\"type\":\"about:blank\",\"title\":\"" + title + "\",\"detail\":\"x\"}";
    Item item = new Item("pkg:oci/a@b", "sha256:00", Bytes.of(new byte[32]));
    assertThatThrownBy(() -> new HttpKeyClient(settings()).sign(REPOSITORY, PURPOSE, List.of(item)))
        .isInstanceOfSatisfying(
            Failure.Transient.class, e -> assertThat(e.obstacle()).isEqualTo(expected));
    assertThat(expected.isPassing()).isEqualTo(passing);
  }

  @Test
  void takesNoBodyForATitle() {
    status = 500;
    for (String body : List.of("", "null", "[]", "{\"title\":null}", "{\"title\":{}}", "<html>")) {
      refusal = body;
      assertThatThrownBy(() -> new HttpKeyClient(settings()).current(REPOSITORY, PURPOSE))
          .isInstanceOfSatisfying(
              Failure.Transient.class,
              e -> assertThat(e.obstacle()).isEqualTo(Obstacle.KEY_SERVICE_UNAVAILABLE));
    }
  }

  @Test
  void passesQuestionsAboutRevocationAndTheirAnswersUnchanged() {
    Bytes question = Bytes.of(new byte[] {0, (byte) 0xff, 7});
    KeyClient client = new HttpKeyClient(settings());

    assertThat(
            client.ocsp(PURPOSE, Optional.of(new KeyClient.VersionName(REPOSITORY, 3)), question))
        .contains(Bytes.of(OCSP_ANSWER));

    String types = " application/ocsp-request application/ocsp-response";
    assertThat(seen).isEqualTo("POST /v1/ocsp/oci/acme/tools/3" + types);
    assertThat(sent).isEqualTo(question.toArray());
    assertThat(authorization).isEqualTo("Bearer " + CREDENTIAL);

    client.ocsp(PURPOSE, Optional.empty(), question);
    assertThat(seen).isEqualTo("POST /v1/ocsp/oci/authority" + types);
  }

  @Test
  void tellsAResponderThatIsOffFromOneThatIsAway() {
    KeyClient client = new HttpKeyClient(settings());
    Bytes question = Bytes.of(new byte[1]);
    status = 404;
    assertThat(client.ocsp(PURPOSE, Optional.empty(), question)).isEmpty();
    status = 503;
    assertThatThrownBy(() -> client.ocsp(PURPOSE, Optional.empty(), question))
        .isInstanceOf(Failure.Transient.class);
  }

  @Test
  void callsAnAnswerOfTheWrongShapeTransient() {
    Item item = new Item("pkg:oci/a@b", "sha256:00", Bytes.of(new byte[32]));
    assertThatThrownBy(() -> new HttpKeyClient(settings()).versions(REPOSITORY, PURPOSE))
        .isInstanceOf(Failure.Transient.class);
    assertThatThrownBy(() -> new HttpKeyClient(settings()).sign(REPOSITORY, PURPOSE, List.of(item)))
        .isInstanceOf(Failure.Transient.class);
  }

  @Test
  void callsAServiceThatIsAwayTransient() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    KeyClient client =
        new HttpKeyClient(
            KeyClientSettings.bearer(URI.create("http://127.0.0.1:" + free), CREDENTIAL));
    assertThatThrownBy(() -> client.current(REPOSITORY, PURPOSE))
        .isInstanceOf(Failure.Transient.class)
        .hasMessageContaining("cannot be reached")
        .hasMessageNotContaining(CREDENTIAL);
  }

  @Test
  void neverShowsTheCredentialInItsSettings() {
    assertThat(settings().toString()).doesNotContain(CREDENTIAL);
  }

  @Test
  void refusesACertificateWithoutItsKey() {
    assertThatThrownBy(
            () ->
                settings()
                    .withTls(Optional.empty(), Optional.of(Path.of("c.pem")), Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("client-key");
  }

  @Test
  void namesThePemFileThatIsMissing() {
    KeyClientSettings settings =
        settings().withTls(Optional.of(Path.of("no-such.pem")), Optional.empty(), Optional.empty());
    assertThatThrownBy(() -> new HttpKeyClient(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no-such.pem");
  }
}
