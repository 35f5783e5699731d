package dev.countermark.gateway.trust;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.InMemoryKeyClient;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.VersionName;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Questions and answers about revocation, which strangers send and the key service signs. */
@QuarkusTest
class OcspRelayTest {
  private static final String REQUEST = "application/ocsp-request";
  private static final String LEAF = "/ocsp/swift/acme/app/3";
  private static final String AUTHORITY = "/ocsp/swift/authority";
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Inject KeyClient keys;

  @TestHTTPResource("/")
  URI base;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final AtomicReference<Optional<VersionName>> askedOf = new AtomicReference<>();
  private final AtomicReference<Bytes> asked = new AtomicReference<>();
  private InMemoryKeyClient responder;

  @BeforeEach
  void open() {
    responder = (InMemoryKeyClient) keys;
  }

  @AfterEach
  void close() {
    responder.respond((certificate, request) -> Optional.empty());
  }

  /** The relay looks at neither, so these need not be OCSP. */
  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private void answerWith(byte[] answer) {
    responder.respond(
        (certificate, request) -> {
          askedOf.set(certificate);
          asked.set(request);
          return Optional.of(Bytes.of(answer));
        });
  }

  private HttpRequest question(String path, String type, byte[] body) {
    HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).timeout(LIMIT);
    if (type != null) {
      request.header("Content-Type", type);
    }
    return request.POST(BodyPublishers.ofByteArray(body)).build();
  }

  private HttpResponse<byte[]> ask(String path, String type, byte[] body) throws Exception {
    return http.send(question(path, type, body), BodyHandlers.ofByteArray());
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  @Test
  void passesQuestionAndAnswerThroughUnchanged() throws Exception {
    byte[] answer = bytes(1_700);
    answerWith(answer);
    byte[] question = bytes(OcspResource.MAX_REQUEST);

    HttpResponse<byte[]> relayed = ask(LEAF, REQUEST, question);

    assertThat(relayed.statusCode()).isEqualTo(200);
    assertThat(header(relayed, "Content-Type")).isEqualTo("application/ocsp-response");
    assertThat(header(relayed, "Cache-Control")).isEqualTo("no-store");
    assertThat(relayed.body()).isEqualTo(answer);
    assertThat(asked.get()).isEqualTo(Bytes.of(question));
    assertThat(askedOf.get()).contains(new VersionName(RepositoryName.of("acme/app"), 3));
  }

  @Test
  void asksOfTheAuthorityByItsOwnAddress() throws Exception {
    answerWith(bytes(10));

    assertThat(ask(AUTHORITY, REQUEST, bytes(70)).statusCode()).isEqualTo(200);

    assertThat(askedOf.get()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {LEAF, AUTHORITY, "/ocsp/swift/Not_A/Name!/1"})
  void answersNotFoundWithoutAResponder(String path) throws Exception {
    assertThat(ask(path, REQUEST, bytes(70)).statusCode()).isEqualTo(404);
  }

  @Test
  void saysToComeBackWhenTheKeyServiceIsAway() throws Exception {
    responder.respond(
        (certificate, request) -> {
          throw new Failure.Transient("away in this test", null);
        });

    HttpResponse<byte[]> answer = ask(LEAF, REQUEST, bytes(70));

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(header(answer, "Retry-After")).isNotEmpty();
    assertThat(new String(answer.body(), StandardCharsets.UTF_8)).doesNotContain("in this test");
  }

  @Test
  void takesNothingButQuestions() throws Exception {
    answerWith(bytes(10));

    assertThat(ask(LEAF, "application/json", bytes(70)).statusCode()).isEqualTo(415);
    assertThat(ask(LEAF, REQUEST, new byte[0]).statusCode()).isEqualTo(400);
    HttpResponse<byte[]> got =
        http.send(
            HttpRequest.newBuilder(base.resolve(LEAF)).timeout(LIMIT).build(),
            BodyHandlers.ofByteArray());
    assertThat(got.statusCode()).isEqualTo(405);
    assertThat(asked.get()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 1000000000000", "Transfer-Encoding: chunked"})
  void refusesAQuestionThatIsTooLongBeforeAllOfItCame(String length) throws IOException {
    answerWith(bytes(10));
    int some = OcspResource.MAX_REQUEST + 1;
    try (Socket socket = new Socket(base.getHost(), base.getPort())) {
      socket.setSoTimeout((int) LIMIT.toMillis());
      String head =
          "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\n%s\r\n\r\n"
              .formatted(LEAF, REQUEST, length);
      String chunk = length.startsWith("T") ? Integer.toHexString(some) + "\r\n" : "";
      socket.getOutputStream().write((head + chunk).getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(bytes(some));
      if (!chunk.isEmpty()) {
        socket.getOutputStream().write(new byte[] {'\r', '\n'});
      }
      socket.getOutputStream().flush();

      byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 413".length());

      assertThat(new String(status, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
    }
    assertThat(asked.get()).isNull();
  }

  @Test
  void relaysAFewQuestionsAtATimeAndTellsOthersToComeBack() throws Exception {
    CountDownLatch all = new CountDownLatch(OcspResource.MAX_AT_A_TIME);
    CountDownLatch go = new CountDownLatch(1);
    responder.respond(
        (certificate, request) -> {
          all.countDown();
          try {
            go.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return Optional.of(request);
        });
    List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
    try {
      for (int i = 0; i < OcspResource.MAX_AT_A_TIME; i++) {
        answers.add(http.sendAsync(question(LEAF, REQUEST, bytes(70)), BodyHandlers.ofByteArray()));
      }
      assertThat(all.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();

      HttpResponse<byte[]> busy = ask(LEAF, REQUEST, bytes(70));

      assertThat(busy.statusCode()).isEqualTo(503);
      assertThat(header(busy, "Retry-After")).isNotEmpty();
    } finally {
      go.countDown();
    }
    for (CompletableFuture<HttpResponse<byte[]>> answer : answers) {
      assertThat(answer.join().statusCode()).isEqualTo(200);
    }
    assertThat(ask(LEAF, REQUEST, bytes(70)).statusCode()).isEqualTo(200);
  }
}
