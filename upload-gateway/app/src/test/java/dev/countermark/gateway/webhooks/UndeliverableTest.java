package dev.countermark.gateway.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageRefused;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.gateway.webhooks.Deliveries.Target;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** What no receiver took, where operators look for it. */
@QuarkusTest
class UndeliverableTest {
  private static final RepositoryName REPOSITORY = RepositoryName.of("undelivered/app");
  private static final String DIGEST = "sha256:" + "0c".repeat(32);

  @Inject Undeliverable undeliverable;
  @Inject BlobStore store;

  @ConfigProperty(name = "countermark.gateway.admin-token")
  String adminToken;

  private RequestSpecification admin() {
    return RestAssured.given()
        .urlEncodingEnabled(false)
        .header("Authorization", "Bearer " + adminToken);
  }

  @Test
  void isADeadLetterThatSaysNothingOfTheSignatureAndCanBeHandedInAgain() {
    admin().body("{}").put("/api/v1/repositories/" + REPOSITORY);
    Target target = new Target(REPOSITORY, "6f1c9cfc-0d0c-4d2a-9a51-000000000001");
    String name = REPOSITORY + "/web";
    CloudEvent event =
        CloudEvent.of(
            "1",
            "/test",
            PackageRefused.TYPE,
            new OciFormat().purl(REPOSITORY, name, DIGEST),
            Instant.now(),
            new PackageRefused(REPOSITORY, name, DIGEST, Refusal.MALFORMED_PACKAGE, "why"));
    Delivery delivery = new Delivery(Instant.now(), 30, Optional.empty(), Bytes.of(event.toJson()));

    undeliverable.bury(target, "a-name", delivery, "the receiver answered 500");
    undeliverable.bury(target, "a-name", delivery, "the receiver answered 500");

    String letters = "/api/v1/dead-letters?repository=" + REPOSITORY;
    List<String> ids =
        admin()
            .get(letters)
            .then()
            .body("letters[0].code", equalTo("WEBHOOK_UNDELIVERABLE"))
            .body("letters[0].package", equalTo(name))
            .body("letters[0].attempts", equalTo(30))
            .body("letters[0].replayable", equalTo(true))
            .extract()
            .path("letters.id");
    assertThat(ids).hasSize(1);
    assertThat(store.list(ObjectKeys.failures(REPOSITORY), "", 10).entries()).isEmpty();

    admin().post("/api/v1/dead-letters/" + ids.get(0) + ":replay").then().statusCode(204);

    assertThat(admin().get(letters).<List<String>>path("letters.id")).isEmpty();
  }
}
