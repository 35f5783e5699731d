package dev.countermark.gateway.swift;

import static dev.countermark.gateway.auth.LimitedRequests.client;
import static dev.countermark.gateway.auth.LimitedRequests.useUp;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.auth.LimitedRequests;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;

/** Who asks too often gets a problem document. */
@QuarkusTest
@TestProfile(LimitedRequests.class)
class RequestsTooOftenTest {
  @Test
  void aRegistrySaysWhenToComeAgain() {
    RepositoryName repository = LimitedRequests.repository();
    String token = LimitedRequests.token(repository);
    String releases = "/" + repository + "/swift/acme/tools";
    useUp(client(token), releases, 404);

    client(token)
        .get(releases)
        .then()
        .statusCode(429)
        .header("Retry-After", matchesPattern("[1-9]\\d?"))
        .header("Content-Version", "1")
        .contentType("application/problem+json")
        .body("status", is(429))
        .body("detail", is("too many requests with this token: wait before the next one"));
  }
}
