package dev.countermark.gateway.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Bytes;
import dev.countermark.gateway.webhooks.Attempt.Result;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SelfSignedCertificate;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Over TLS, to names that mean what the test says. */
class HttpSenderTest {
  private static final String NAME = "receiver.test";
  private static final String HERE = "127.0.0.2";

  private final Vertx vertx = Vertx.vertx();
  private final SelfSignedCertificate certificate = SelfSignedCertificate.create(NAME);
  private final Deque<List<String>> meanings = new ArrayDeque<>();
  private final List<String> asked = new ArrayList<>();
  private final List<String> hosts = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private HttpServer receiver;

  private final HttpSender sender = sender(Duration.ofSeconds(20));

  private HttpSender sender(Duration patience) {
    return new HttpSender(
        vertx,
        host -> {
          asked.add(host);
          return meanings.isEmpty()
              ? CompletableFuture.failedFuture(new UnknownHostException(host))
              : CompletableFuture.completedFuture(
                  meanings.remove().stream().map(HttpSenderTest::address).toList());
        },
        new AddressPolicy(List.of(Network.of(HERE + "/32"))),
        Optional.of(Path.of(certificate.certificatePath())),
        patience,
        Clock.systemUTC());
  }

  private static InetAddress address(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @BeforeEach
  void listen() throws Exception {
    receiver =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setSsl(true)
                    .setSni(true)
                    .setKeyCertOptions(certificate.keyCertOptions()))
            .requestHandler(
                request -> {
                  hosts.add(
                      request.connection().indicatedServerName() + " " + request.getHeader("host"));
                  if (request.path().equals("/endless")) {
                    request.connection().closeHandler(end -> closed.complete(null));
                    request.response().setChunked(true).write("a");
                    return;
                  }
                  request.response().end();
                })
            .listen(0, HERE)
            .toCompletionStage()
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
  }

  @AfterEach
  void end() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    certificate.delete();
  }

  private Result send(String host) throws Exception {
    return send(sender, host, "/hook");
  }

  private Result send(HttpSender by, String host, String path) throws Exception {
    URI url = URI.create("https://" + host + ":" + receiver.actualPort() + path);
    return by.send(url, Map.of("webhook-id", "1"), Bytes.utf8("{}"))
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS)
        .result();
  }

  @Test
  void theConnectionGoesToTheAddressThatWasCheckedAndIsForTheName() throws Exception {
    meanings.add(List.of(HERE));

    assertThat(send(NAME)).isEqualTo(Result.DELIVERED);
    assertThat(asked).containsExactly(NAME);
    assertThat(hosts).containsExactly(NAME + " " + NAME + ":" + receiver.actualPort());
  }

  /** Who says so again and again must not have many connections at a time. */
  @Test
  void anAnswerThatNeverEndsCountsAndTheConnectionEndsWithTheAttempt() throws Exception {
    meanings.add(List.of(HERE));

    Result result = send(sender(Duration.ofSeconds(2)), NAME, "/endless");

    assertThat(result).isEqualTo(Result.DELIVERED);
    closed.get(20, TimeUnit.SECONDS);
  }

  @Test
  void aCertificateForAnotherNameIsNotTrusted() throws Exception {
    meanings.add(List.of(HERE));

    assertThat(send("other.test")).isEqualTo(Result.UNTRUSTED);
    assertThat(hosts).isEmpty();
  }

  @Test
  void aNameThatMeansSomethingElseTheNextTimeIsCheckedEachTime() throws Exception {
    meanings.add(List.of(HERE));
    meanings.add(List.of("127.0.0.1"));

    assertThat(send(NAME)).isEqualTo(Result.DELIVERED);
    assertThat(send(NAME)).isEqualTo(Result.ADDRESS_REFUSED);
    assertThat(hosts).hasSize(1);
  }

  @Test
  void aNameThatAlsoMeansWhatMayNotBeReachedIsRefused() throws Exception {
    meanings.add(List.of(HERE, "169.254.169.254"));

    assertThat(send(NAME)).isEqualTo(Result.ADDRESS_REFUSED);
    assertThat(hosts).isEmpty();
  }

  @Test
  void aNameThatNobodyKnowsIsTriedAgainLater() throws Exception {
    assertThat(send(NAME)).isEqualTo(Result.NAME_UNKNOWN);
  }
}
