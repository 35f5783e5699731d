package dev.countermark.gateway.api;

import static dev.countermark.gateway.auth.AuthFixture.basic;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class InstallationTokensTest {
  private static final String TOKENS = "/api/v1/tokens";
  private static final String REPOSITORIES = "/api/v1/repositories/";

  @ConfigProperty(name = "countermark.gateway.admin-token")
  String admin;

  private static RequestSpecification bearer(String token) {
    return given().header("Authorization", "Bearer " + token);
  }

  private static ValidatableResponse make(String by, String body) {
    return bearer(by).body(body).post(TOKENS).then();
  }

  private static String made(String by, String body) {
    return make(by, body).statusCode(201).extract().path("token");
  }

  private static String grant(String repository, String scope) {
    return "{\"grants\":[{\"repositories\":[\"%s\"],\"scopes\":[\"%s\"]}]}"
        .formatted(repository, scope);
  }

  private void repository(String name) {
    bearer(admin).body("{}").put(REPOSITORIES + name).then().statusCode(201);
  }

  private static int pull(String token, String repository) {
    return given()
        .header("Authorization", basic("ci", token))
        .get("/v2/" + repository + "/tags/list")
        .statusCode();
  }

  private static int startPush(String token, String repository) {
    return given()
        .header("Authorization", basic("ci", token))
        .post("/v2/" + repository + "/blobs/uploads/")
        .statusCode();
  }

  private static int delete(String token, String repository) {
    return given()
        .header("Authorization", basic("ci", token))
        .delete("/v2/" + repository + "/manifests/sha256:" + "0".repeat(64))
        .statusCode();
  }

  @Test
  void oneTokenPullsHereAndPushesThereAndDeletesNowhere() {
    repository("team-a/base");
    repository("team-a/app");
    String token =
        made(
            admin,
            "{\"grants\":[{\"repositories\":[\"team-a/base\"],\"scopes\":[\"pull\"]},"
                + "{\"repositories\":[\"team-a/app\"],\"scopes\":[\"push\"]}]}");

    assertThat(pull(token, "team-a/base")).isEqualTo(404); // it may look: there is nothing
    assertThat(startPush(token, "team-a/base")).isEqualTo(403);
    assertThat(startPush(token, "team-a/app")).isEqualTo(202);
    assertThat(delete(token, "team-a/app")).isEqualTo(403);
    assertThat(pull(token, "team-a/other")).isEqualTo(403);
    bearer(token).get(REPOSITORIES).then().statusCode(403);
  }

  @Test
  void aTokenIsListedWithoutItsSecretAndRevokedForGood() {
    String token =
        made(
            admin,
            "{\"grants\":[{\"repositories\":[\"team-b/*\"],\"scopes\":[\"pull\",\"delete\"]}],"
                + "\"expires\":\"P30D\",\"description\":\"ci of b\"}");
    String id = token.split("\\.")[1];
    assertThat(token).startsWith("cm." + id + ".");

    bearer(admin)
        .queryParam("n", 200)
        .get(TOKENS)
        .then()
        .statusCode(200)
        .body(not(containsString(token.substring(token.lastIndexOf('.') + 1))))
        .body("tokens.find { it.id == '" + id + "' }.description", equalTo("ci of b"))
        .body("tokens.find { it.id == '" + id + "' }.createdBy", equalTo("admin"))
        .body("tokens.find { it.id == '" + id + "' }.expires", notNullValue())
        .body("tokens.find { it.id == '" + id + "' }.grants[0].repositories", hasItem("team-b/*"));
    assertThat(pull(token, "team-b/any")).isEqualTo(404);

    bearer(admin).delete(TOKENS + "/" + id).then().statusCode(204);

    assertThat(pull(token, "team-b/any")).isEqualTo(401);
    bearer(admin).delete(TOKENS + "/" + id).then().statusCode(204);
    bearer(admin).delete(TOKENS + "/aaaaaaaaaaaaaaaa").then().statusCode(404);
    bearer(admin).delete(TOKENS + "/x..%2F..%2Fy").then().statusCode(404);
  }

  @Test
  void whoManagesAnOwnerMakesTokensForItAndNothingElse() {
    repository("team-c/app");
    String owner = made(admin, grant("team-c/*", "admin"));

    bearer(owner).body("{}").put(REPOSITORIES + "team-c/new").then().statusCode(201);
    bearer(owner).body("{}").put(REPOSITORIES + "team-d/new").then().statusCode(403);
    bearer(owner)
        .get(REPOSITORIES)
        .then()
        .statusCode(200)
        .body("repositories.repository", equalTo(List.of("team-c/app", "team-c/new")));
    String job = made(owner, grant("team-c/ap*", "push"));
    assertThat(startPush(job, "team-c/app")).isEqualTo(202);

    for (String wider : new String[] {"*", "*/app", "team-*/app", "team-d/app"}) {
      make(owner, grant(wider, "pull")).statusCode(403);
    }
    make(owner, "{\"administrator\":true}").statusCode(403);
    String foreign = made(admin, grant("team-d/app", "pull"));
    bearer(owner).delete(TOKENS + "/" + foreign.split("\\.")[1]).then().statusCode(404);
    bearer(owner)
        .queryParam("n", 200)
        .get(TOKENS)
        .then()
        .body("tokens.id", hasItem(job.split("\\.")[1]))
        .body("tokens.id", not(hasItem(foreign.split("\\.")[1])));
    bearer(owner).delete(TOKENS + "/" + job.split("\\.")[1]).then().statusCode(204);
  }

  /** It would go on after the repository, and open the one that comes next. */
  @Test
  void aRepositorysOwnTokenMakesNoneThatOutlivesIt() {
    repository("team-e/app");
    String own =
        bearer(admin)
            .body("{\"scopes\":[\"admin\"]}")
            .post(REPOSITORIES + "team-e/app/tokens")
            .then()
            .statusCode(201)
            .extract()
            .path("token");

    make(own, grant("team-e/app", "pull")).statusCode(403);
    bearer(own).get(TOKENS).then().statusCode(403);
  }

  @Test
  void anAdministratorsTokenDoesWhatTheAdminTokenDoes() {
    String second = made(admin, "{\"administrator\":true,\"description\":\"second\"}");

    bearer(second).body("{}").put(REPOSITORIES + "team-f/app").then().statusCode(201);
    String third = made(second, "{\"administrator\":true}");
    bearer(second)
        .queryParam("n", 200)
        .get(TOKENS)
        .then()
        .body(
            "tokens.find { it.id == '" + third.split("\\.")[1] + "' }.createdBy",
            equalTo("token " + second.split("\\.")[1]));
    given().header("Authorization", basic("ci", second)).get("/v2/_catalog").then().statusCode(200);
    bearer(admin).delete(TOKENS + "/" + second.split("\\.")[1]).then().statusCode(204);
    bearer(second).get(REPOSITORIES).then().statusCode(401);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"grants\":[]}",
        "{\"grants\":[null]}",
        "{\"administrator\":false}",
        "{\"administrator\":true,\"grants\":[{\"repositories\":[\"a/b\"],\"scopes\":[\"pull\"]}]}",
        "{\"grants\":[{\"repositories\":[],\"scopes\":[\"pull\"]}]}",
        "{\"grants\":[{\"repositories\":[null],\"scopes\":[\"pull\"]}]}",
        "{\"grants\":[{\"repositories\":[\"acme\"],\"scopes\":[\"pull\"]}]}",
        "{\"grants\":[{\"repositories\":[\"v2/app\"],\"scopes\":[\"pull\"]}]}",
        "{\"grants\":[{\"repositories\":[\"a/b\"],\"scopes\":[]}]}",
        "{\"grants\":[{\"repositories\":[\"a/b\"],\"scopes\":[\"write\"]}]}",
        "{\"grants\":[{\"repositories\":[\"a/b\"],\"scopes\":[\"pull\"],\"more\":1}]}",
        "{\"grants\":{}}"
      })
  void refusesWhatSaysNothingClear(String body) {
    make(admin, body).statusCode(400).body("type", containsString("urn:countermark:problem:"));
  }

  @Test
  void thePagesOfAListGoOn() {
    made(admin, grant("team-g/one", "pull"));
    made(admin, grant("team-g/two", "pull"));

    String next =
        bearer(admin)
            .queryParam("n", 1)
            .get(TOKENS)
            .then()
            .body("tokens", hasSize(1))
            .extract()
            .path("next");
    bearer(admin)
        .queryParam("n", 1)
        .queryParam("last", next)
        .get(TOKENS)
        .then()
        .body("tokens", hasSize(1))
        .body("tokens[0].id", not(equalTo(next)));
  }
}
