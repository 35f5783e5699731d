package dev.countermark.gateway.oci;

import static dev.countermark.gateway.auth.LimitedRequests.client;
import static dev.countermark.gateway.auth.LimitedRequests.useUp;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciRecords.OciSettings;
import dev.countermark.gateway.auth.LimitedRequests;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Who asks too often hears it in the registry's words. */
@QuarkusTest
@TestProfile(LimitedRequests.class)
class RequestsTooOftenTest {
  @Inject BlobStore store;

  @Test
  void withAToken() {
    RepositoryName repository = LimitedRequests.repository();
    String token = LimitedRequests.token(repository);
    String manifest = "/v2/" + repository + "/web/manifests/1";
    useUp(client(token), manifest, 404);

    client(token)
        .get(manifest)
        .then()
        .statusCode(429)
        .header("Retry-After", matchesPattern("[1-9]\\d?"))
        .body("errors[0].code", is("TOOMANYREQUESTS"));
    client(token).head(manifest).then().statusCode(429);
    client(token).get("/v2/").then().statusCode(429);
  }

  @Test
  void withoutOneWhereAnybodyMayPull() {
    RepositoryName open = RepositoryName.of("limited/open");
    new Records(store)
        .create(
            ObjectKeys.repository(open),
            new RepositoryRecord(0, open, Instant.EPOCH)
                .with(new OciFormat(), new OciSettings(null, true, null, false, false)));
    String tags = "/v2/" + open + "/web/manifests/1";
    String address = "192.0.2.99";
    for (int i = 0; i < LimitedRequests.MOST; i++) {
      given().header("X-Forwarded-For", address).get(tags).then().statusCode(404);
    }

    given()
        .header("X-Forwarded-For", address)
        .get(tags)
        .then()
        .statusCode(429)
        .body("errors[0].code", is("TOOMANYREQUESTS"));
    given()
        .header("X-Forwarded-For", address)
        .get("/v2/" + LimitedRequests.repository() + "/web/manifests/1")
        .then()
        .statusCode(401);
  }
}
