package dev.countermark.gateway.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import io.smallrye.reactive.messaging.memory.InMemoryConnector;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.hamcrest.Matcher;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ResyncEventsTest {
  private static final RepositoryName APP = RepositoryName.of("resync/app");
  private static final String DIGEST = "sha256:" + "f".repeat(64);

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @Inject @Any InMemoryConnector broker;
  @Inject BlobStore store;

  @ConfigProperty(name = "countermark.gateway.admin-token")
  String adminToken;

  @Test
  void aResyncAsksTheSignersForEachManifestByAnEvent() {
    Records records = new Records(store);
    records.create(ObjectKeys.repository(APP), new RepositoryRecord(1, APP, Instant.EPOCH));
    manifest(records, APP, "resync/app/web");

    String campaign =
        given()
            .header("Authorization", "Bearer " + adminToken)
            .post("/api/v1/repositories/resync/app/resync")
            .then()
            .statusCode(202)
            .body("queued.oci", equalTo(1))
            .extract()
            .path("campaign");

    Message<byte[]> message =
        await()
            .until(
                () ->
                    broker.<byte[]>sink("resyncs").received().stream()
                        .filter(m -> campaign.equals(campaignOf(m)))
                        .findFirst(),
                Optional::isPresent)
            .orElseThrow();
    CloudEvent event = CloudEvent.fromJson(message.getPayload());
    assertThat(event.type()).isEqualTo(PackageResyncRequested.TYPE);
    assertThat(event.dataAs(PackageResyncRequested.class))
        .isEqualTo(new PackageResyncRequested(APP, "resync/app/web", DIGEST, campaign));
    var metadata = message.getMetadata(OutgoingKafkaRecordMetadata.class).orElseThrow();
    assertThat(metadata.getKey()).isEqualTo("oci/resync/app/web@" + DIGEST);
    assertThat(
            new String(
                metadata.getHeaders().lastHeader("content-type").value(), StandardCharsets.UTF_8))
        .isEqualTo("application/cloudevents+json");
  }

  private static void manifest(Records records, RepositoryName repository, String name) {
    records.create(
        OciKeys.manifest(name, DIGEST),
        new ManifestRecord(
            1,
            repository,
            name,
            DIGEST,
            "application/vnd.oci.image.manifest.v1+json",
            Bytes.utf8("{}"),
            Instant.EPOCH,
            State.AVAILABLE,
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }

  private static String campaignOf(Message<byte[]> message) {
    return CloudEvent.fromJson(message.getPayload()).data().path("campaign").asText();
  }

  /** As an operator's own producer would write it. */
  @Test
  void anEventStartsACampaignOnce() {
    Records records = new Records(store);
    RepositoryName repository = RepositoryName.of("resync/event");
    records.create(
        ObjectKeys.repository(repository), new RepositoryRecord(1, repository, Instant.EPOCH));
    byte[] event =
        ("""
        {"specversion":"1.0","id":"1","source":"/operator",
         "type":"dev.countermark.resync.requested.v1",
         "data":{"campaign":"by-hand","repository":"resync/event"}}""")
            .getBytes(StandardCharsets.UTF_8);

    broker.<byte[]>source("resync-campaigns").send(new byte[] {1}).send(event).send(event);

    await()
        .untilAsserted(
            () ->
                given()
                    .header("Authorization", "Bearer " + adminToken)
                    .get("/api/v1/resyncs/by-hand")
                    .then()
                    .statusCode(200)
                    .body("state", equalTo("done"))
                    .body("planned", equalTo(0)));
  }

  @Test
  void anEventThatMakesNoSenseIsARefusedCampaign() {
    broker
        .<byte[]>source("resync-campaigns")
        .send(
            ("""
            {"specversion":"1.0","id":"1","source":"/operator",
             "type":"dev.countermark.resync.requested.v1",
             "data":{"campaign":"senseless","formats":["abacus"]}}""")
                .getBytes(StandardCharsets.UTF_8));

    awaitRefused("senseless", containsString("abacus"));
  }

  /** Without the repository that was meant it would be the whole installation's. */
  @Test
  void aMemberThatIsMisspeltIsNotLeftOut() {
    broker
        .<byte[]>source("resync-campaigns")
        .send(
            ("""
            {"specversion":"1.0","id":"1","source":"/operator",
             "type":"dev.countermark.resync.requested.v1",
             "data":{"campaign":"misspelt","repositry":"resync/event"}}""")
                .getBytes(StandardCharsets.UTF_8));

    awaitRefused("misspelt", equalTo("there is no member repositry"));
  }

  private void awaitRefused(String campaign, Matcher<String> why) {
    await()
        .untilAsserted(
            () ->
                administrator()
                    .get("/api/v1/resyncs/" + campaign)
                    .then()
                    .statusCode(200)
                    .body("state", equalTo("refused"))
                    .body("why", why));
  }

  private RequestSpecification administrator() {
    // It would write %3A for the colon of an action.
    return given().urlEncodingEnabled(false).header("Authorization", "Bearer " + adminToken);
  }

  @Test
  void whoeverWaitsIsToldWhenTheCampaignGetsFurther() {
    RepositoryName nothing = RepositoryName.of("resync/nothing");
    new Records(store)
        .create(ObjectKeys.repository(nothing), new RepositoryRecord(1, nothing, Instant.EPOCH));
    administrator()
        .body("{\"campaign\":\"waited-for\",\"repository\":\"resync/nothing\"}")
        .post("/api/v1/resyncs")
        .then()
        .statusCode(202);
    String path = "/api/v1/resyncs/waited-for";
    String end =
        await()
            .atMost(PATIENCE)
            .until(() -> administrator().get(path), answer -> answer.path("endedAt") != null)
            .header("ETag");
    assertThat(end).startsWith("W/\"done-");
    administrator()
        .header("If-None-Match", end)
        .get(path + "?wait=60")
        .then()
        .statusCode(304)
        .header("ETag", end);
    administrator()
        .header("If-None-Match", "W/\"running-0-more-0-0\"")
        .get(path + "?wait=60")
        .then()
        .statusCode(200)
        .body("state", equalTo("done"));
    administrator().get(path + "?wait=61").then().statusCode(400);
  }

  @Test
  void aPauseIsNewsForWhoeverWaits() throws Exception {
    Records records = new Records(store);
    RepositoryName repository = RepositoryName.of("resync/waits");
    records.create(
        ObjectKeys.repository(repository), new RepositoryRecord(1, repository, Instant.EPOCH));
    manifest(records, repository, "resync/waits/web");
    String campaign =
        administrator()
            .post("/api/v1/repositories/resync/waits/resyncs")
            .then()
            .statusCode(202)
            .extract()
            .path("campaign");
    String path = "/api/v1/resyncs/" + campaign;
    String planned =
        await()
            .atMost(PATIENCE)
            .until(() -> administrator().get(path), answer -> answer.<Boolean>path("complete"))
            .header("ETag");

    CompletableFuture<Response> told =
        CompletableFuture.supplyAsync(
            () -> administrator().header("If-None-Match", planned).get(path + "?wait=60"));
    administrator().post(path + ":pause").then().statusCode(200);

    assertThat(told.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).<String>path("state"))
        .isEqualTo("paused");
  }
}
