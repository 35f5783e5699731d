package dev.countermark.gateway.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.startsWith;

import com.sun.net.httpserver.HttpServer;
import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageSigned;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordMetadata;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Webhooks from the API and the broker to receivers, which are at an address that is allowed. */
@QuarkusTest
class WebhooksTest {
  private static final RepositoryName REPOSITORY = RepositoryName.of("hooks/app");
  private static final String HOOKS = "/api/v1/repositories/hooks/app/webhooks";
  private static final String ALLOWED = "127.0.0.2";
  private static long offsets;

  @Inject @Any InMemoryConnector broker;
  @Inject BlobStore store;

  @ConfigProperty(name = "countermark.gateway.admin-token")
  String adminToken;

  private record Got(String path, String id, String signature, String body) {}

  private final List<Got> got = new CopyOnWriteArrayList<>();
  private final CountDownLatch released = new CountDownLatch(1);
  private HttpServer receiver;

  @BeforeEach
  void listen() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(ALLOWED, 0), 0);
    receiver.setExecutor(Executors.newCachedThreadPool());
    receiver.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().toString();
          got.add(
              new Got(
                  path,
                  exchange.getRequestHeaders().getFirst("webhook-id"),
                  exchange.getRequestHeaders().getFirst("webhook-signature"),
                  new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
          try {
            if (path.startsWith("/slow")) {
              released.await();
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          if (path.startsWith("/moved")) {
            exchange.getResponseHeaders().add("Location", url("/target"));
          }
          byte[] answer = new byte[path.startsWith("/long") ? 1 << 20 : 10];
          int status = path.startsWith("/moved") ? 307 : path.startsWith("/bad") ? 500 : 200;
          exchange.sendResponseHeaders(status, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    receiver.start();
    as(adminToken).body("{}").put("/api/v1/repositories/hooks/app");
  }

  @AfterEach
  void end() {
    released.countDown();
    receiver.stop(0);
    List<String> ids = as(adminToken).get(HOOKS).path("webhooks.id");
    ids.forEach(id -> as(adminToken).delete(HOOKS + "/" + id).then().statusCode(204));
  }

  private String url(String path) {
    return "http://" + ALLOWED + ":" + receiver.getAddress().getPort() + path;
  }

  private RequestSpecification as(String token) {
    return given().urlEncodingEnabled(false).header("Authorization", "Bearer " + token);
  }

  private String hook(String url) {
    return as(adminToken)
        .body("{\"url\":\"" + url + "\"}")
        .post(HOOKS)
        .then()
        .statusCode(201)
        .header("Cache-Control", "no-store")
        .body("secret", startsWith("whsec_"))
        .extract()
        .path("id");
  }

  private void happened(String id) {
    byte[] value =
        CloudEvent.of(
                id,
                "/test",
                PackageSigned.TYPE,
                "pkg:oci/app",
                Instant.now(),
                new PackageSigned(
                    REPOSITORY,
                    "hooks/app/web",
                    "sha256:" + "0a".repeat(32),
                    1,
                    "0b",
                    Instant.now(),
                    Instant.now(),
                    List.of(),
                    true))
            .toJson();
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(
            "countermark.outcomes",
            0,
            offsets++,
            System.currentTimeMillis(),
            TimestampType.CREATE_TIME,
            0,
            value.length,
            new byte[0],
            value,
            new RecordHeaders(),
            Optional.empty());
    broker
        .<Message<byte[]>>source("webhooks")
        .send(
            Message.of(value, Metadata.of(new IncomingKafkaRecordMetadata<>(record, "webhooks"))));
  }

  @Test
  void whatHappensIsToldAndTheListSaysSo() {
    String id = hook(url("/hook?team=1"));
    as(adminToken)
        .get(HOOKS + "/" + id)
        .then()
        .body("events", hasSize(5))
        .body("secret", equalTo(null))
        .body("lastTry", equalTo(null));

    happened("event-1");

    await().untilAsserted(() -> assertThat(got).hasSize(1));
    assertThat(got.get(0).path()).isEqualTo("/hook?team=1");
    assertThat(got.get(0).id()).isEqualTo("event-1");
    assertThat(got.get(0).signature()).startsWith("v1,");
    assertThat(CloudEvent.fromJson(got.get(0).body().getBytes(StandardCharsets.UTF_8)).id())
        .isEqualTo("event-1");
    await()
        .untilAsserted(
            () ->
                as(adminToken)
                    .get(HOOKS)
                    .then()
                    .body("webhooks[0].lastTry.result", equalTo("delivered")));
    assertThat(store.list(ObjectKeys.deliveries(REPOSITORY, id), "", 10).entries()).isEmpty();
  }

  @Test
  void aReceiverThatFailsShowsThatAndItsEventStays() {
    String id = hook(url("/bad"));
    happened("event-2");

    await()
        .untilAsserted(
            () ->
                as(adminToken)
                    .get(HOOKS + "/" + id)
                    .then()
                    .body("failingSince", notNullValue())
                    .body("lastTry.result", equalTo("answered-otherwise"))
                    .body("lastTry.status", equalTo(500)));
    assertThat(store.list(ObjectKeys.deliveries(REPOSITORY, id), "", 10).entries()).hasSize(1);
  }

  @Test
  void aRedirectIsNotFollowed() {
    test(hook(url("/moved"))).body("status", equalTo(307));

    assertThat(got).extracting(Got::path).containsExactly("/moved");
  }

  @Test
  void aSlowReceiverIsNotWaitedForLonger() {
    test(hook(url("/slow"))).body("result", equalTo("too-slow"));
  }

  @Test
  void aLongAnswerIsNotRead() {
    test(hook(url("/long"))).body("result", equalTo("delivered"));
  }

  @Test
  void aReceiverThatIsNotThereIsUnreachable() {
    String id = hook(url("/hook"));
    receiver.stop(0);
    test(id).body("result", equalTo("unreachable"));
  }

  private io.restassured.response.ValidatableResponse test(String id) {
    return as(adminToken).post(HOOKS + "/" + id + ":test").then().statusCode(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:9000/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/",
        // The internet, but in clear.
        "http://1.1.1.1/",
        "ftp://1.1.1.1/",
        "https://user:password@1.1.1.1/",
        "https://1.1.1.1:22/",
        ""
      })
  void whatMayNotBeReachedIsRefusedAtOnce(String url) {
    as(adminToken)
        .body("{\"url\":\"" + url + "\"}")
        .post(HOOKS)
        .then()
        .statusCode(400)
        .body("detail", startsWith("url "));
  }

  @Test
  void eventsThatThereAreNotAreRefused() {
    as(adminToken)
        .body("{\"url\":\"https://1.1.1.1/\",\"events\":[\"everything\"]}")
        .post(HOOKS)
        .then()
        .statusCode(400)
        .body("detail", containsString("package.signed.v1"));
    as(adminToken)
        .body("{\"url\":\"https://1.1.1.1/\",\"event\":[]}")
        .post(HOOKS)
        .then()
        .statusCode(400);
  }

  /** A name of which no server can be asked is one that nobody knows, so far. */
  @Test
  void aNameWithImpossiblePartsIsUnknown() {
    test(hook("https://" + "a".repeat(64) + ".example/")).body("result", equalTo("name-unknown"));
  }

  @Test
  void thereAreTenAtMost() {
    for (int i = 0; i < 10; i++) {
      hook(url("/hook"));
    }
    as(adminToken)
        .body("{\"url\":\"" + url("/hook") + "\"}")
        .post(HOOKS)
        .then()
        .statusCode(409)
        .body("type", equalTo("urn:countermark:problem:too-many-webhooks"));
  }

  @Test
  void whoDoesNotManageTheRepositoryNeitherSeesNorMakesAny() {
    String push =
        as(adminToken)
            .body("{\"scopes\":[\"push\"]}")
            .post("/api/v1/repositories/hooks/app/tokens")
            .path("token");
    String id = hook(url("/hook"));

    as(push).get(HOOKS).then().statusCode(403).body(not(containsString(id)));
    as(push).body("{\"url\":\"" + url("/") + "\"}").post(HOOKS).then().statusCode(403);
    as(push).post(HOOKS + "/" + id + ":test").then().statusCode(403);
    as(push).delete(HOOKS + "/" + id).then().statusCode(403);
    given().get(HOOKS).then().statusCode(401);
    as(adminToken).delete(HOOKS + "/no-such").then().statusCode(404);
  }
}
