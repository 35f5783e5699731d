package dev.countermark.gateway.nuget;

import static dev.countermark.gateway.auth.LimitedRequests.client;
import static dev.countermark.gateway.auth.LimitedRequests.useUp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.auth.LimitedRequests;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import org.junit.jupiter.api.Test;

/** Who asks too often hears it in the status line, the only thing that the client shows. */
@QuarkusTest
@TestProfile(LimitedRequests.class)
class RequestsTooOftenTest {
  private static final String MESSAGE =
      "too many requests with this token: wait before the next one";

  @Test
  void aFeedSaysWhenToComeAgain() {
    RepositoryName repository = LimitedRequests.repository();
    String token = LimitedRequests.token(repository);
    String versions = "/" + repository + "/nuget/v3/flat/acme.tools/index.json";
    useUp(client(token), versions, 404);

    Response answer = client(token).get(versions);

    answer
        .then()
        .statusCode(429)
        .header("Retry-After", matchesPattern("[1-9]\\d?"))
        .contentType("application/problem+json")
        .body("detail", is(MESSAGE));
    assertThat(answer.statusLine()).endsWith(MESSAGE);
    client().header("X-NuGet-ApiKey", token).get(versions).then().statusCode(429);
  }
}
