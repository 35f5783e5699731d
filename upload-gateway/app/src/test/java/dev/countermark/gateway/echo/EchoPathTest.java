package dev.countermark.gateway.echo;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.nullValue;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Obstacle;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.WaitingNote;
import dev.countermark.format.echo.EchoFormat;
import dev.countermark.format.echo.EchoRecord;
import dev.countermark.gateway.events.Reconcilers;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.sweep.ContentSweeper;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.Item;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keys.KeyClient.SignedBatch;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/**
 * A format that the gateway never heard of goes through everything that the gateway does for
 * packages. Its signer has its own test, as the signers' contract wants; here one line stands for
 * it.
 */
@QuarkusTest
class EchoPathTest {
  private static final EchoFormat FORMAT = new EchoFormat();
  private static final byte[] FILE = "what is echoed".getBytes(StandardCharsets.UTF_8);

  @Inject BlobStore store;

  @TestHTTPResource(value = "/metrics", management = true)
  URI metrics;

  @Inject KeyClient keys;
  @Inject GatewayFormats formats;
  @Inject @Any InMemoryConnector broker;

  @ConfigProperty(name = "countermark.gateway.admin-token")
  String adminToken;

  private RequestSpecification admin() {
    return given().header("Authorization", "Bearer " + adminToken);
  }

  private String create(RepositoryName repository) {
    admin()
        .contentType("application/json")
        .body("{\"settings\":{\"echo\":{\"anonymousRead\":true}}}")
        .put("/api/v1/repositories/" + repository)
        .then()
        .statusCode(201)
        .body("settings.echo.anonymousRead", equalTo(true));
    return "/" + repository;
  }

  private void put(String at) {
    admin().contentType("application/octet-stream").body(FILE).put(at).then().statusCode(202);
  }

  private EchoRecord sign(RepositoryName repository, String name) {
    return new Records(store)
        .update(
            FORMAT.recordKey(repository, name).orElseThrow(),
            EchoRecord.class,
            old -> old.map(record -> record.signed(signature(record))))
        .orElseThrow();
  }

  private EchoRecord.Signature signature(EchoRecord record) {
    Bytes hash = Bytes.of(HexFormat.of().parseHex(record.upload().sha256()));
    SignedBatch made =
        keys.sign(
            record.repository(),
            new Purpose("echo"),
            List.of(new Item(FORMAT.purl(record), record.digest(), hash)));
    return new EchoRecord.Signature(
        made.key().version(),
        made.key().fingerprint(),
        made.signatures().get(0),
        record.acceptedAt());
  }

  @Test
  void aFileIsPushedSignedAndHandedOutWithAKeyThatVerifiesIt() throws Exception {
    RepositoryName repository = RepositoryName.of("echo-path/signed");
    String base = create(repository);
    put(base + "/echo/hello");
    assertThat(events("uploads", PackageUploaded.TYPE, PackageUploaded.class))
        .anyMatch(e -> e.repository().equals(repository) && e.name().equals("hello"));
    given().get(base + "/echo/hello").then().statusCode(404);
    given()
        .get(base + "/status/echo/hello")
        .then()
        .statusCode(200)
        .body("status", equalTo("pending"))
        .body("details.size", equalTo(FILE.length));

    EchoRecord signed = sign(repository, "hello");

    assertThat(given().get(base + "/echo/hello").then().statusCode(200).extract().asByteArray())
        .isEqualTo(FILE);
    String fingerprint = signed.signature().orElseThrow().fingerprint();
    given()
        .get(base + "/status/echo/hello")
        .then()
        .body("status", equalTo("signed"))
        .body("fingerprint", equalTo(fingerprint));
    String pem =
        given()
            .get(base + "/keys/echo/" + fingerprint + ".pub")
            .then()
            .statusCode(200)
            .extract()
            .asString();
    byte[] signature = given().get(base + "/echo/hello.sig").then().extract().asByteArray();
    assertThat(verifies(pem, FILE, signature)).isTrue();
    assertThat(verifies(pem, "something else".getBytes(StandardCharsets.UTF_8), signature))
        .isFalse();
    given().get(base + "/keys/").then().body("formats", hasKey("echo"));
  }

  @Test
  void itIsListedByItsState() {
    RepositoryName repository = RepositoryName.of("echo-path/listed");
    String base = create(repository);
    String list = "/api/v1/repositories" + base + "/packages?format=echo&state=";
    put(base + "/echo/first");
    put(base + "/echo/second");
    admin().get(list + "pending").then().body("packages.name", hasItems("first", "second"));

    sign(repository, "first");

    given().get(list + "signed").then().statusCode(200).body("packages.name", hasItems("first"));
    given().get(list + "pending").then().body("packages.size()", equalTo(0));
    admin().get(list + "pending").then().body("packages[0].size", equalTo(FILE.length));
    admin().get(list + "untagged").then().body("packages.size()", equalTo(0));
  }

  private static boolean verifies(String pem, byte[] file, byte[] signature) throws Exception {
    String base64 = pem.replaceAll("-----[A-Z ]+-----|\\s", "");
    Signature ecdsa = Signature.getInstance("SHA256withECDSA");
    ecdsa.initVerify(
        KeyFactory.getInstance("EC")
            .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(base64))));
    ecdsa.update(file);
    return ecdsa.verify(signature);
  }

  @Test
  void aResyncQueuesIt() {
    RepositoryName repository = RepositoryName.of("echo-path/resync");
    String base = create(repository);
    put(base + "/echo/again");
    sign(repository, "again");

    admin()
        .post("/api/v1/repositories/" + repository + "/resync")
        .then()
        .statusCode(202)
        .body("queued.echo", equalTo(1));

    await()
        .untilAsserted(
            () ->
                assertThat(
                        events(
                            "resyncs", PackageResyncRequested.TYPE, PackageResyncRequested.class))
                    .anyMatch(e -> e.repository().equals(repository) && e.name().equals("again")));
  }

  @Test
  void theReconcilerTellsSignersOfWhatStillWaits() {
    RepositoryName repository = RepositoryName.of("echo-path/waits");
    put(create(repository) + "/echo/lost");
    // Of a later version: the one behind it is told of all the same.
    String later = FORMAT.recordKey(repository, "later").orElseThrow();
    store.create(later, "{\"state\":\"OF_TOMORROW\"}".getBytes(StandardCharsets.UTF_8));
    List<PackageUploaded> told = new ArrayList<>();
    Clock soon = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(10));

    Reconcilers.afterADeath(store, (format, upload) -> told.add(upload), soon).reconcile();
    store.delete(later);

    assertThat(told)
        .filteredOn(e -> e.repository().equals(repository))
        .singleElement()
        .matches(e -> e.name().equals("lost"));
  }

  @Test
  void theStatusTellsWhatItWaitsFor() {
    RepositoryName repository = RepositoryName.of("echo-path/stuck");
    String base = create(repository);
    put(base + "/echo/stuck");
    String key = FORMAT.recordKey(repository, "stuck").orElseThrow();
    EchoRecord record = new Records(store).read(key, EchoRecord.class).orElseThrow();
    Instant at = Instant.parse("2026-11-24T10:00:00Z");
    new Records(store)
        .create(
            ObjectKeys.waiting(repository, "echo", key),
            new WaitingNote(
                1,
                "echo",
                repository,
                "stuck",
                record.digest(),
                Obstacle.KEY_NOT_IN_FORCE,
                3,
                at,
                at.plusSeconds(9),
                Optional.of(at.plusSeconds(900)),
                true));

    admin()
        .get(base + "/status/echo/stuck")
        .then()
        .statusCode(200)
        .body("status", equalTo("pending"))
        .body("waiting.code", equalTo("KEY_NOT_IN_FORCE"))
        .body("waiting.detail", equalTo(Obstacle.KEY_NOT_IN_FORCE.text()))
        .body("waiting.tries", equalTo(3))
        .body("waiting.nextTry", equalTo("2026-11-24T10:15:00Z"));

    sign(repository, "stuck");

    admin().get(base + "/status/echo/stuck").then().body("waiting", nullValue());
  }

  @Test
  void theSweeperKeepsItsContentUntilItsRepositoryIsDeleted() {
    RepositoryName repository = RepositoryName.of("echo-path/swept");
    String base = create(repository);
    put(base + "/echo/kept");
    String content =
        sign(repository, "kept")
            .parts()
            .map(part -> ObjectKeys.content(part.sha256(), part.upload()))
            .findFirst()
            .orElseThrow();
    sweep();
    assertThat(store.head(content)).isPresent();

    admin().delete("/api/v1/repositories/" + repository).then().statusCode(204);

    admin().get(base + "/echo/kept").then().statusCode(404);
    assertThat(store.list(FORMAT.prefix(repository), "", 10).entries()).isEmpty();
    sweep();
    assertThat(store.head(content)).isEmpty();
  }

  private void sweep() {
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofDays(3));
    new ContentSweeper(store, formats, Duration.ofHours(24), later).sweep();
  }

  @Test
  void isMeasuredAndShownToPeople() {
    put(create(RepositoryName.of("echo-path/measured")) + "/echo/counted");

    given().get(metrics).then().body(containsString("uri=\"/{owner}/{name}/echo/{file}\""));
    given().get("/").then().body("description", containsString("echo"));
  }

  private <T> List<T> events(String channel, String type, Class<T> data) {
    return broker.<byte[]>sink(channel).received().stream()
        .map(message -> CloudEvent.fromJson(message.getPayload()))
        .filter(event -> event.type().equals(type))
        .map(event -> event.dataAs(data))
        .toList();
  }
}
