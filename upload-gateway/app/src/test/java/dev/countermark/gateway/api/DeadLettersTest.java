package dev.countermark.gateway.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.DeadLetterHeaders;
import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.oci.OciFormat;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordMetadata;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;
import org.junit.jupiter.api.Test;

/** What signers gave up, from the topic to whoever looks after it. */
@QuarkusTest
class DeadLettersTest {
  private static final String DIGEST = "sha256:" + "e".repeat(64);

  @Inject @Any InMemoryConnector broker;
  @Inject BlobStore store;

  @ConfigProperty(name = "countermark.gateway.admin-token")
  String adminToken;

  private RequestSpecification as(String token) {
    // It would write %3A for the colon of an action.
    return given().urlEncodingEnabled(false).header("Authorization", "Bearer " + token);
  }

  private String managerOf(RepositoryName repository) {
    as(adminToken).body("{}").put("/api/v1/repositories/" + repository);
    return as(adminToken)
        .body("{\"scopes\":[\"admin\"]}")
        .post("/api/v1/repositories/" + repository + "/tokens")
        .then()
        .statusCode(201)
        .extract()
        .path("token");
  }

  private static byte[] event(RepositoryName repository) {
    return CloudEvent.of(
            "1",
            "/test",
            PackageUploaded.TYPE,
            "pkg:oci/web",
            Instant.EPOCH,
            new PackageUploaded(repository, repository + "/web", DIGEST, "text/x", Instant.EPOCH))
        .toJson();
  }

  private void giveUp(byte[] value, long offset, String code) {
    RecordHeaders headers = new RecordHeaders();
    headers.add(DeadLetterHeaders.FAILURE_CODE, code.getBytes(StandardCharsets.UTF_8));
    headers.add(DeadLetterHeaders.FAILURE_DETAIL, "a bug".getBytes(StandardCharsets.UTF_8));
    headers.add(DeadLetterHeaders.ATTEMPTS, "4".getBytes(StandardCharsets.UTF_8));
    headers.add(
        DeadLetterHeaders.SOURCE_TOPIC, new OciFormat().uploads().getBytes(StandardCharsets.UTF_8));
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(
            "countermark.dead-letters",
            0,
            offset,
            System.currentTimeMillis(),
            TimestampType.CREATE_TIME,
            3,
            value.length,
            new byte[] {1, 2, 3},
            value,
            headers,
            Optional.empty());
    broker
        .<Message<byte[]>>source("dead-letters")
        .send(
            Message.of(
                value, Metadata.of(new IncomingKafkaRecordMetadata<>(record, "dead-letters"))));
  }

  @Test
  void areListedShownAndHandedInAgain() {
    RepositoryName repository = RepositoryName.of("letters/mine");
    String manager = managerOf(repository);
    giveUp(event(repository), 1, "UNFORESEEN");
    String list = "/api/v1/dead-letters?repository=letters/mine";
    await().untilAsserted(() -> as(manager).get(list).then().body("letters", hasSize(1)));
    String id =
        as(manager)
            .get(list)
            .then()
            .body("letters.code", contains("UNFORESEEN"))
            .body("letters[0].attempts", equalTo(4))
            .body("letters[0].package", equalTo("letters/mine/web"))
            .extract()
            .path("letters[0].id");

    as(manager).get("/api/v1/dead-letters/" + id).then().body("replayable", equalTo(true));
    as(manager).post("/api/v1/dead-letters/" + id + ":replay").then().statusCode(204);

    Message<byte[]> replayed = broker.<byte[]>sink("replays").received().get(0);
    var metadata = replayed.getMetadata(OutgoingKafkaRecordMetadata.class).orElseThrow();
    assertThat(replayed.getPayload()).isEqualTo(event(repository));
    assertThat(metadata.getTopic()).isEqualTo(new OciFormat().uploads());
    assertThat((byte[]) metadata.getKey()).containsExactly(1, 2, 3);
    as(manager).get("/api/v1/dead-letters/" + id).then().statusCode(403);
    as(adminToken).get("/api/v1/dead-letters/" + id).then().statusCode(404);
  }

  @Test
  void areForWhoeverManagesTheRepositoryAndNobodyElse() {
    RepositoryName repository = RepositoryName.of("letters/theirs");
    managerOf(repository);
    String other = managerOf(RepositoryName.of("letters/other"));
    giveUp(event(repository), 2, "NEEDS_OPERATOR");
    giveUp("no event \u001b[31m".getBytes(StandardCharsets.UTF_8), 3, "MALFORMED_EVENT");
    await()
        .untilAsserted(
            () ->
                as(adminToken)
                    .get("/api/v1/dead-letters?n=200")
                    .then()
                    .body("letters.code", hasItem("MALFORMED_EVENT"))
                    .body("letters.repository", hasItem("letters/theirs")));

    as(other)
        .get("/api/v1/dead-letters?n=200")
        .then()
        .body("letters.code", not(hasItem("MALFORMED_EVENT")))
        .body("letters.repository", not(hasItem("letters/theirs")));
    as(other).post("/api/v1/dead-letters:discard").then().statusCode(403);

    as(adminToken)
        .body("{\"code\":\"MALFORMED_EVENT\"}")
        .post("/api/v1/dead-letters:discard")
        .then()
        .statusCode(200)
        .body("done", equalTo(1));
  }

  /** Nor does the manager of a repository see, take or steer the campaigns of others. */
  @Test
  void campaignsAreForWhoeverMayBeginThem() {
    RepositoryName repository = RepositoryName.of("letters/campaigns");
    String manager = managerOf(repository);
    String all = "{\"campaign\":\"of-all\",\"reason\":\"secret\",\"rate\":1}";
    as(adminToken).body(all).post("/api/v1/resyncs").then().statusCode(202);
    String own = "/api/v1/repositories/" + repository + "/resyncs";

    as(manager).body(all).post("/api/v1/resyncs").then().statusCode(403);
    as(manager).get("/api/v1/resyncs/of-all").then().statusCode(403);
    as(manager).get("/api/v1/resyncs?n=200").then().body("resyncs", hasSize(0));
    as(manager).body("{\"campaign\":\"of-all\"}").post(own).then().statusCode(400);
    as(adminToken)
        .body("{\"campaign\":\"of-all\"}")
        .post(own)
        .then()
        .statusCode(409)
        .body("reason", equalTo(null));
    as(manager).body("{\"formats\":[null]}").post(own).then().statusCode(400);
    as(manager)
        .body("{\"campaign\":\"letters.campaigns.one\"}")
        .post(own)
        .then()
        .statusCode(202)
        .body("campaign", equalTo("letters.campaigns.one"));
    as(manager).get("/api/v1/resyncs/letters.campaigns.one").then().statusCode(200);
    as(adminToken).body("{\"campaign\":\"operators\"}").post(own).then().statusCode(202);
    as(manager).get("/api/v1/resyncs/operators").then().statusCode(200);
    as(manager).post("/api/v1/resyncs/operators:cancel").then().statusCode(403);
    as(adminToken).post("/api/v1/resyncs/of-all:cancel").then().statusCode(200);
  }

  /** Of an earlier repository of the name. */
  @Test
  void areNotForTheNextOwnerOfTheName() {
    RepositoryName repository = RepositoryName.of("letters/again");
    String manager = managerOf(repository);
    giveUp(event(repository), 4, "UNFORESEEN");
    String list = "/api/v1/dead-letters?repository=letters/again";
    await().untilAsserted(() -> as(manager).get(list).then().body("letters", hasSize(1)));
    new Records(store)
        .update(
            ObjectKeys.repository(repository),
            RepositoryRecord.class,
            old -> old.map(r -> new RepositoryRecord(1, repository, Instant.now().plusSeconds(1))));

    as(manager).get(list).then().body("letters", hasSize(0));
  }
}
