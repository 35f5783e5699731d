package dev.countermark.gateway.auth;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciRecords.OciSettings;
import dev.countermark.gateway.wiring.InMemoryBeans.TestStore;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each test asks as one released client was seen to ask. */
@QuarkusTest
class TokenEndpointTest {
  private static final RepositoryName PRIVATE = RepositoryName.of("endpoint/private");
  private static final RepositoryName PUBLIC = RepositoryName.of("endpoint/public");

  @Inject Tokens tokens;
  @Inject GatewayAuthenticator authenticator;
  @Inject BlobStore store;

  @ConfigProperty(name = "countermark.gateway.admin-token")
  String adminToken;

  @BeforeEach
  void repositories() {
    repository(PRIVATE, false);
    repository(PUBLIC, true);
  }

  private void repository(RepositoryName name, boolean anonymousPull) {
    store.create(
        ObjectKeys.repository(name),
        Json.write(
            new RepositoryRecord(1, name, Instant.EPOCH)
                .with(new OciFormat(), new OciSettings(null, anonymousPull, null, false, false))));
  }

  private String token(Scope scope) {
    return tokens
        .create(Optional.of(PRIVATE), Tokens.Order.of(PRIVATE, EnumSet.of(scope)), "test")
        .text();
  }

  /** What anybody may pull is not the credential's to hold. */
  private boolean pulls(Access access, RepositoryName repository) {
    return access.holds(repository, Action.PULL)
        || new Records(store)
            .read(ObjectKeys.repository(repository), RepositoryRecord.class)
            .orElseThrow()
            .settings(new OciFormat())
            .anonymousPull();
  }

  private Access access(ValidatableResponse response) throws AuthenticationFailedException {
    String token = response.statusCode(200).extract().path("token");
    return authenticator.authenticate("Bearer " + token);
  }

  @Test
  void theAnswerHasBothNamesAndTheTrueTime() {
    Instant before = Instant.now().minusSeconds(1);
    var answer =
        given()
            .auth()
            .preemptive()
            .basic("me", adminToken)
            .queryParam("service", "anything")
            .queryParam("scope", "repository:endpoint/private:pull")
            .get("/v2/token")
            .then()
            .statusCode(200)
            .contentType("application/json")
            .header("Cache-Control", equalTo("no-store"))
            .body("expires_in", equalTo(300))
            .extract();

    assertThat(answer.<String>path("token")).isEqualTo(answer.path("access_token"));
    assertThat(Instant.parse(answer.path("issued_at")))
        .isBetween(before, Instant.now().plus(Duration.ofSeconds(1)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"pull,push", "push,pull"})
  void skopeoAndCraneAskForPushInEitherOrder(String actions) throws Exception {
    Access access =
        access(
            given()
                .auth()
                .preemptive()
                .basic("ci", token(Scope.PUSH))
                .queryParam("account", "ci")
                .queryParam("service", "registry")
                .queryParam("scope", "repository:endpoint/private/web:" + actions)
                .get("/v2/token")
                .then());

    assertThat(access.holds(PRIVATE, Action.PUSH)).isTrue();
    assertThat(access.holds(PRIVATE, Action.PULL)).isTrue();
    assertThat(access.holds(PRIVATE, Action.ADMIN)).isFalse();
  }

  @Test
  void craneCopyAsksForTargetAndSourceInTwoParameters() throws Exception {
    Access access =
        access(
            given()
                .auth()
                .preemptive()
                .basic("ci", token(Scope.PUSH))
                .queryParam("scope", "repository:endpoint/private:push,pull")
                .queryParam("scope", "repository:endpoint/public:pull")
                .get("/v2/token")
                .then());

    assertThat(access.holds(PRIVATE, Action.PUSH)).isTrue();
    assertThat(pulls(access, PUBLIC)).isTrue();
    assertThat(access.holds(PUBLIC, Action.PUSH)).isFalse();
  }

  @Test
  void dockerLoginAsksForNoScopeAndARefreshTokenItDoesNotGet() throws Exception {
    var response =
        given()
            .auth()
            .preemptive()
            .basic("me", adminToken)
            .queryParam("account", "me")
            .queryParam("client_id", "docker")
            .queryParam("offline_token", "true")
            .queryParam("service", "registry")
            .get("/v2/token")
            .then()
            .body("$", org.hamcrest.Matchers.not(org.hamcrest.Matchers.hasKey("refresh_token")));

    assertThat(access(response).isAuthenticated()).isTrue();
  }

  @Test
  void containerdPostsAFormWithSeveralScopesInOneField() throws Exception {
    Access access =
        access(
            given()
                .formParam("grant_type", "password")
                .formParam("username", "ci")
                .formParam("password", token(Scope.PUSH))
                .formParam("client_id", "containerd-client")
                .formParam("service", "registry")
                .formParam(
                    "scope",
                    "repository:endpoint/private:pull,push repository:endpoint/public:pull")
                .post("/v2/token")
                .then());

    assertThat(access.holds(PRIVATE, Action.PUSH)).isTrue();
    assertThat(pulls(access, PUBLIC)).isTrue();
  }

  @Test
  void anonymousCallersGetATokenForWhatIsPublic() throws Exception {
    Access access =
        access(
            given()
                .queryParam("scope", "repository:endpoint/private:pull")
                .queryParam("scope", "repository:endpoint/public:pull,push")
                .get("/v2/token")
                .then());

    assertThat(pulls(access, PUBLIC)).isTrue();
    assertThat(access.holds(PUBLIC, Action.PUSH)).isFalse();
    assertThat(access.holds(PRIVATE, Action.PULL)).isFalse();
  }

  @Test
  void whatIsNotAllowedIsLeftOutSilently() throws Exception {
    Access access =
        access(
            given()
                .auth()
                .preemptive()
                .basic("ci", token(Scope.PULL))
                .queryParam("scope", "repository:endpoint/private:pull,push")
                .queryParam("scope", "registry:catalog:*")
                .get("/v2/token")
                .then());

    assertThat(access.holds(PRIVATE, Action.PULL)).isTrue();
    assertThat(access.holds(PRIVATE, Action.PUSH)).isFalse();
  }

  @Test
  void wrongCredentialsAreAnErrorNotAnonymous() {
    String wrong = token(Scope.PULL).replaceAll(".$", "!");
    given()
        .auth()
        .preemptive()
        .basic("me", wrong)
        .queryParam("scope", "repository:endpoint/public:pull")
        .get("/v2/token")
        .then()
        .statusCode(401)
        .contentType("application/json")
        .header("WWW-Authenticate", containsString("Basic"))
        .body("errors[0].code", equalTo("UNAUTHORIZED"))
        .body("error", equalTo("invalid_grant"));
    given()
        .formParam("grant_type", "password")
        .formParam("username", "me")
        .formParam("password", wrong)
        .post("/v2/token")
        .then()
        .statusCode(401)
        .body("errors[0].code", equalTo("UNAUTHORIZED"));
    given().header("Authorization", "Bearer " + adminToken).get("/v2/token").then().statusCode(401);
  }

  @Test
  void refreshTokensAreNotSupported() {
    given()
        .formParam("grant_type", "refresh_token")
        .formParam("refresh_token", "x")
        .post("/v2/token")
        .then()
        .statusCode(400)
        .body("error", equalTo("unsupported_grant_type"));
  }

  @Test
  void absurdlyManyScopesAreRefused() {
    var request = given();
    for (int i = 0; i < 65; i++) {
      request.queryParam("scope", "repository:endpoint/r" + i + ":pull");
    }
    request.get("/v2/token").then().statusCode(400).body("error", equalTo("invalid_scope"));
  }

  @Test
  void aStoreThatIsAwayIsWorthAnotherTry() {
    String token = token(Scope.PULL);
    ((TestStore) store).away(true);
    try {
      given()
          .auth()
          .preemptive()
          .basic("ci", token)
          .queryParam("scope", "repository:endpoint/private/app:pull")
          .get("/v2/token")
          .then()
          .statusCode(503)
          .header("Retry-After", "2")
          .body("errors[0].code", equalTo("UNAVAILABLE"));
    } finally {
      ((TestStore) store).away(false);
    }
  }
}
