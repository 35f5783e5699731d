package dev.countermark.gateway.trust;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.keys.InMemoryKeyClient;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.Purpose;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lists of revoked certificates, as clients fetch them that have no credentials. */
@QuarkusTest
class RevocationListTest {
  private static final Bytes LIST = Bytes.utf8("a list; the gateway does not look into it");

  private final RepositoryName name =
      RepositoryName.of("crl-test/r" + UUID.randomUUID().toString().substring(0, 8));
  private final String path = "/" + name + "/keys/nuget/revoked.crl";
  private final AtomicInteger asked = new AtomicInteger();

  @Inject BlobStore store;
  @Inject KeyClient keys;

  @BeforeEach
  void open() {
    new Records(store)
        .create(ObjectKeys.repository(name), new RepositoryRecord(1, name, Instant.EPOCH));
    ((InMemoryKeyClient) keys)
        .list(
            (repository, purpose) -> {
              asked.incrementAndGet();
              return Optional.of(LIST)
                  .filter(it -> repository.equals(name) && purpose.equals(new Purpose("nuget")));
            });
  }

  @AfterEach
  void close() {
    ((InMemoryKeyClient) keys).list((repository, purpose) -> Optional.empty());
  }

  @Test
  void isOpenToEverybodyAndAskedForOnce() {
    String etag =
        given()
            .get(path)
            .then()
            .statusCode(200)
            .contentType("application/pkix-crl")
            .header("Cache-Control", containsString("max-age=60"))
            .body(equalTo(LIST.toUtf8()))
            .extract()
            .header("ETag");
    given().header("If-None-Match", etag).get(path).then().statusCode(304);
    given().head(path).then().statusCode(200).header("ETag", etag);
    assertThat(asked).hasValue(1);
  }

  @Test
  void isNotThereWhereNoneIsNamedAndNotAskedForByGuesses() {
    given().get("/" + name + "/keys/swift/revoked.crl").then().statusCode(404);
    assertThat(asked).hasValue(1);
    given().get("/crl-test/unknown/keys/nuget/revoked.crl").then().statusCode(404);
    assertThat(asked).hasValue(1);
  }

  @Test
  void isAskedForAgainAfterTheKeyServiceWasAway() {
    ((InMemoryKeyClient) keys)
        .list(
            (repository, purpose) -> {
              throw new Failure.Transient("away", null);
            });
    given().get(path).then().statusCode(503);
    ((InMemoryKeyClient) keys).list((repository, purpose) -> Optional.of(LIST));
    given().get(path).then().statusCode(200);
  }
}
