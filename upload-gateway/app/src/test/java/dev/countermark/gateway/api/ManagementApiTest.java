package dev.countermark.gateway.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.NugetRecords.NugetSettings;
import dev.countermark.format.nuget.NugetRecords.SignaturePolicy;
import dev.countermark.format.nuget.NugetRecords.TimestampPolicy;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.swift.SwiftPki;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class ManagementApiTest {
  private static final String BASE = "/api/v1/repositories/";

  @ConfigProperty(name = "countermark.gateway.admin-token")
  String adminToken;

  @Inject BlobStore store;

  private RequestSpecification admin() {
    return bearer(adminToken);
  }

  private static RequestSpecification bearer(String token) {
    return given().header("Authorization", "Bearer " + token);
  }

  private ValidatableResponse put(String repository, String body) {
    return admin().contentType("application/json").body(body).put(BASE + repository).then();
  }

  private String token(String repository, String scope) {
    return admin()
        .body("{\"scopes\":[\"" + scope + "\"]}")
        .post(BASE + repository + "/tokens")
        .then()
        .statusCode(201)
        .extract()
        .path("token");
  }

  @Test
  void anEmptyObjectCreatesARepositoryWithDefaults() {
    put("api-a/defaults", "{}")
        .statusCode(201)
        .header("Location", containsString("/api/v1/repositories/api-a/defaults"))
        .body("repository", equalTo("api-a/defaults"))
        .body("createdAt", notNullValue())
        .body("settings.oci.visibility", equalTo("immediate"))
        .body("settings.oci.anonymousPull", equalTo(false))
        .body("settings.oci.signatureFormats", equalTo(List.of("legacy", "bundle")))
        .body("settings.oci.signTags", equalTo(false))
        .body("settings.oci.hideSignatureTags", equalTo(false));
  }

  @Test
  void theSamePutAgainChangesNothing() {
    put("api-a/idempotent", "{}").statusCode(201);
    var key = ObjectKeys.repository(RepositoryName.of("api-a/idempotent"));
    var before = store.get(key).orElseThrow().version();

    put("api-a/idempotent", "{}").statusCode(200);

    assertThat(store.get(key).orElseThrow().version()).isEqualTo(before);
  }

  @Test
  void putReplacesAllSettings() {
    put(
            "api-a/replaced",
            "{\"settings\":{\"oci\":{\"visibility\":\"after-signing\",\"anonymousPull\":true,"
                + "\"signatureFormats\":[\"bundle\"],\"signTags\":true,\"hideSignatureTags\":true}}}")
        .statusCode(201)
        .body("settings.oci.visibility", equalTo("after-signing"))
        .body("settings.oci.signatureFormats", equalTo(List.of("bundle")))
        .body("settings.oci.hideSignatureTags", equalTo(true));

    put("api-a/replaced", "{\"settings\":{\"oci\":{\"signTags\":true}}}")
        .statusCode(200)
        .body("settings.oci.visibility", equalTo("immediate"))
        .body("settings.oci.anonymousPull", equalTo(false))
        .body("settings.oci.signTags", equalTo(true));
  }

  @Test
  void whatGetAnswersCanBePut() {
    put("api-a/roundtrip", "{\"settings\":{\"oci\":{\"anonymousPull\":true}}}").statusCode(201);
    String body = admin().get(BASE + "api-a/roundtrip").then().statusCode(200).extract().asString();

    put("api-a/roundtrip", body).statusCode(200).body("settings.oci.anonymousPull", equalTo(true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"oic\":{}} | unknown-member | oic",
        "{\"settings\":{\"oic\":{}}} | unknown-member | settings.oic",
        "{\"settings\":{\"oci\":{\"anonymouspull\":true}}} | unknown-member |"
            + " settings.oci.anonymouspull",
        "{\"settings\":{\"oci\":{\"visibility\":\"later\"}}} | invalid-value | after-signing",
        "{\"settings\":{\"oci\":{\"visibility\":0}}} | invalid-value | settings.oci.visibility",
        "{\"settings\":{\"oci\":{\"anonymousPull\":\"true\"}}} | malformed-request |"
            + " settings.oci.anonymousPull",
        "{\"settings\":{\"oci\":{\"signatureFormats\":[]}}} | invalid-value | signatureFormats",
        "{\"settings\":{\"oci\":{\"signatureFormats\":[\"x\"]}}} | invalid-value | legacy",
        "{\"settings\":{\"oci\":[]}} | malformed-request | oci",
        "{\"settings\":{\"oci\":{},\"oci\":{}}} | malformed-request | JSON",
        "{} {} | malformed-request | object",
        "[] | malformed-request | object",
        "null | malformed-request | null",
        "{ | malformed-request | JSON",
        "'' | malformed-request | {}",
        "{\"repository\":\"a/b\"} | invalid-value | api-a/strict",
      })
  void aBodyThatIsNotUnderstoodIsRefusedWithTheReason(String body, String type, String detail) {
    put("api-a/strict", body)
        .statusCode(400)
        .contentType("application/problem+json")
        .body("type", equalTo("urn:countermark:problem:" + type))
        .body("status", equalTo(400))
        .body("detail", containsString(detail));
    admin().get(BASE + "api-a/strict").then().statusCode(404);
  }

  @Test
  void anOversizedBodyIsRefused() {
    put("api-a/oversized", "{\"settings\":\"" + "x".repeat(70_000) + "\"}").statusCode(413);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UPPER/x", "-a/x", "a/x_y", "v2/x", "api/x", "a/%2e%2e", "a/x%2fy"})
  void aNameThatIsNoneIsRefused(String name) {
    int status =
        admin().urlEncodingEnabled(false).body("{}").put(BASE + name).then().extract().statusCode();
    assertThat(status).isIn(400, 404, 405);
  }

  @Test
  void listsInPages() {
    for (String name : new String[] {"list-a/one", "list-a/three", "list-a/two", "list-b/one"}) {
      put(name, "{}").statusCode(201);
    }

    admin()
        .queryParam("n", 2)
        .queryParam("last", "list-a/one")
        .get(BASE)
        .then()
        .statusCode(200)
        .body("repositories.repository", equalTo(List.of("list-a/three", "list-a/two")))
        .body("next", equalTo("list-a/two"));
    // Others make repositories, too: not all of them are on the first page.
    admin()
        .queryParam("last", "list-a/two")
        .get(BASE)
        .then()
        .body("repositories.repository", hasItem("list-b/one"));
    admin().queryParam("n", "0").get(BASE).then().statusCode(400);
    admin().queryParam("last", "x").get(BASE).then().statusCode(400);
  }

  @Test
  void withoutValidCredentialsNothingWorks() {
    put("auth-a/app", "{}").statusCode(201);
    String read = token("auth-a/app", "read");
    String push = token("auth-a/app", "push");
    String basic =
        "Basic "
            + java.util.Base64.getEncoder()
                .encodeToString(("x:" + adminToken).getBytes(StandardCharsets.UTF_8));
    for (String header : new String[] {"", "Bearer nonsense", "Bearer " + read + "x", basic}) {
      for (String[] request : requests("auth-a/app")) {
        given()
            .header("Authorization", header)
            .body("{\"scopes\":[\"read\"]}")
            .request(request[0], request[1])
            .then()
            .statusCode(401)
            .header("WWW-Authenticate", containsString("Bearer"))
            .contentType("application/problem+json");
      }
    }
    for (String token : new String[] {read, push}) {
      for (String[] request : requests("auth-a/app")) {
        bearer(token).body("{}").request(request[0], request[1]).then().statusCode(403);
      }
    }
    admin().get(BASE + "auth-a/app").then().statusCode(200);
  }

  private static List<String[]> requests(String repository) {
    String own = BASE + repository;
    return List.of(
        new String[] {"GET", BASE},
        new String[] {"GET", own},
        new String[] {"PUT", own},
        new String[] {"DELETE", own},
        new String[] {"POST", own + "/resync"},
        new String[] {"GET", own + "/tokens"},
        new String[] {"POST", own + "/tokens"},
        new String[] {"DELETE", own + "/tokens/0123456789abcdef"});
  }

  @Test
  void aRepositoryAdminTokenManagesItsRepositoryAndNoOther() {
    put("own-a/app", "{}").statusCode(201);
    put("own-a/other", "{}").statusCode(201);
    String own = token("own-a/app", "admin");

    bearer(own).get(BASE + "own-a/app").then().statusCode(200);
    bearer(own)
        .body("{\"settings\":{\"oci\":{\"signTags\":true}}}")
        .put(BASE + "own-a/app")
        .then()
        .statusCode(200);
    bearer(own).get(BASE).then().body("repositories.repository", equalTo(List.of("own-a/app")));
    bearer(own)
        .body("{\"scopes\":[\"push\"]}")
        .post(BASE + "own-a/app/tokens")
        .then()
        .statusCode(201);
    for (String[] request : requests("own-a/other")) {
      if (!request[1].equals(BASE)) {
        bearer(own).body("{}").request(request[0], request[1]).then().statusCode(403);
      }
    }
    bearer(own).body("{}").put(BASE + "own-a/fresh").then().statusCode(403);
    bearer(own).delete(BASE + "own-a/app").then().statusCode(204);
    bearer(own).body("{}").put(BASE + "own-a/app").then().statusCode(401);
  }

  @Test
  void theAnswerDoesNotTellAStrangerWhichRepositoriesExist() {
    put("hidden-a/app", "{}").statusCode(201);
    put("hidden-a/mine", "{}").statusCode(201);
    String mine = token("hidden-a/mine", "admin");

    String existing =
        bearer(mine).get(BASE + "hidden-a/app").then().statusCode(403).extract().asString();
    String missing =
        bearer(mine).get(BASE + "hidden-a/apq").then().statusCode(403).extract().asString();

    assertThat(missing.replace("apq", "app")).isEqualTo(existing);
  }

  @Test
  void aTokenIsShownOnceAndNeverItsHash() {
    put("token-a/app", "{}").statusCode(201);
    List<String> logged = new ArrayList<>();
    Handler recorder = new Recorder(logged);
    Logger root = Logger.getLogger("");
    root.addHandler(recorder);
    String id;
    String token;
    String listed;
    try {
      org.jboss.logging.Logger.getLogger(ManagementApiTest.class).info("the recorder records");
      var created =
          admin()
              .body("{\"scopes\":[\"push\",\"read\"],\"expires\":\"P30D\",\"description\":\"ci\"}")
              .post(BASE + "token-a/app/tokens")
              .then()
              .statusCode(201)
              .header("Cache-Control", equalTo("no-store"))
              .body("scopes", equalTo(List.of("pull", "push")))
              .body("expires", notNullValue())
              .extract();
      id = created.path("id");
      token = created.path("token");
      listed = admin().get(BASE + "token-a/app/tokens").then().statusCode(200).extract().asString();
      bearer(token + "x").get(BASE).then().statusCode(401);
      admin()
          .body("{\"scopes\":[\"" + token + "\"]}")
          .post(BASE + "token-a/app/tokens")
          .then()
          .statusCode(400)
          .body("detail", not(containsString(token)));
    } finally {
      root.removeHandler(recorder);
    }

    String stored =
        new String(
            store
                .get(ObjectKeys.token(RepositoryName.of("token-a/app"), id))
                .orElseThrow()
                .content(),
            StandardCharsets.UTF_8);
    String secret = token.substring(token.lastIndexOf('.') + 1);
    String hash = stored.replaceAll(".*\"secretSha256\":\"([0-9a-f]{64})\".*", "$1");
    assertThat(token).startsWith("cm.token-a.app." + id + ".");
    assertThat(hash).hasSize(64);
    assertThat(stored).doesNotContain(secret);
    assertThat(listed).contains(id, "\"ci\"").doesNotContain(secret).doesNotContain(hash);
    assertThat(String.join("\n", logged))
        .contains("the recorder records")
        .doesNotContain(secret)
        .doesNotContain(hash)
        .doesNotContain(adminToken);
  }

  @Test
  void aRevokedTokenIsRefusedAtOnceAndStaysListed() {
    put("revoke-a/app", "{}").statusCode(201);
    String token = token("revoke-a/app", "admin");
    String id = token.split("\\.")[3];
    bearer(token).get(BASE + "revoke-a/app").then().statusCode(200);

    admin().delete(BASE + "revoke-a/app/tokens/" + id).then().statusCode(204);

    bearer(token).get(BASE + "revoke-a/app").then().statusCode(401);
    admin()
        .get(BASE + "revoke-a/app/tokens")
        .then()
        .body("tokens", hasSize(1))
        .body("tokens[0].revokedAt", notNullValue());
    admin().delete(BASE + "revoke-a/app/tokens/" + id).then().statusCode(204);
    admin()
        .delete(BASE + "revoke-a/app/tokens/aaaaaaaaaaaaaaaa")
        .then()
        .statusCode(404)
        .body("type", equalTo("urn:countermark:problem:token-unknown"));
  }

  @Test
  void listsTokensInPages() {
    put("pages-a/app", "{}").statusCode(201);
    for (int i = 0; i < 3; i++) {
      token("pages-a/app", "read");
    }

    var first =
        admin()
            .queryParam("n", 2)
            .get(BASE + "pages-a/app/tokens")
            .then()
            .body("tokens", hasSize(2))
            .extract();
    admin()
        .queryParam("n", 2)
        .queryParam("last", first.<String>path("next"))
        .get(BASE + "pages-a/app/tokens")
        .then()
        .body("tokens", hasSize(1))
        .body("next", nullValue());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"scopes\":[]}",
        "{\"scopes\":[null]}",
        "{\"scopes\":[\"write\"]}",
        "{\"scopes\":[\"read\"],\"expires\":\"tomorrow\"}",
        "{\"scopes\":[\"read\"],\"expires\":\"2020-01-01T00:00:00Z\"}",
        "{\"scopes\":[\"read\"],\"expires\":\"P0D\"}",
        "{\"scopes\":[\"read\"],\"expires\":\"P999999999999999D\"}",
        "{\"scopes\":[\"read\"],\"expires\":5}",
        "{\"scopes\":[\"read\"],\"expiry\":\"P1D\"}",
        "{\"scopes\":[\"read\"],\"description\":\"a\\nb\"}",
        "{\"scopes\":\"read\"}"
      })
  void aTokenRequestThatIsNotUnderstoodIsRefused(String body) {
    put("bad-a/app", "{}");
    admin()
        .body(body)
        .post(BASE + "bad-a/app/tokens")
        .then()
        .statusCode(400)
        .contentType("application/problem+json");
    admin().get(BASE + "bad-a/app/tokens").then().body("tokens", hasSize(0));
  }

  @Test
  void theSettingsOfSwiftCanBePutBackAsTheyWereGot() {
    put(
            "api-a/swift",
            "{\"settings\":{\"swift\":{\"anonymousRead\":true,\"archives\":\"overlay\","
                + "\"authors\":\"replace\"}}}")
        .statusCode(201);
    String root = given().get("/api-a/swift/keys/nuget/root.pem").asString();
    String quoted = root.replace("\n", "\\n");
    put(
            "api-a/swift",
            "{\"settings\":{\"swift\":{\"archives\":\"overlay\",\"authors\":\"replace\",\"authorRoots\":[\""
                + quoted
                + "\"]}}}")
        .statusCode(200)
        .body("settings.swift.anonymousRead", equalTo(false))
        .body("settings.swift.archives", equalTo("overlay"))
        .body("settings.swift.authors", equalTo("replace"))
        .body("settings.swift.authorRoots", equalTo(List.of(root)));

    String body = admin().get(BASE + "api-a/swift").asString();

    put("api-a/swift", body)
        .statusCode(200)
        .body("settings.swift.authorRoots", equalTo(List.of(root)));
    assertThat(admin().get(BASE + "api-a/swift").asString()).isEqualTo(body);
  }

  /** Each says what is missing; what is in force already keeps nobody from setting another. */
  @Test
  void settingsThatCannotBeMetAreRefused() throws Exception {
    String expired =
        pem(
            SwiftPki.selfSigned(
                "CN=Old", p -> p.ca(-1).validity(Instant.EPOCH, Instant.EPOCH.plusSeconds(9))));
    String leaf = pem(SwiftPki.selfSigned("CN=Nobody", p -> p));
    String sound = pem(SwiftPki.selfSigned("CN=Root", p -> p.ca(-1)));
    unmet("\"nuget\":{\"timestamps\":\"required\"}", "countermark.nuget.timestamp-authorities");
    unmet("\"nuget\":{\"announceAllSigned\":true}", "https");
    unmet("\"swift\":{\"authors\":\"require\"}", "authorRoots");
    unmet("\"swift\":{\"authorRoots\":[\"" + sound + "\",\"" + leaf + "\"]}", "[1]");
    unmet("\"swift\":{\"authorRoots\":[\"" + leaf + "\"]}", "is not marked as a CA");
    unmet("\"swift\":{\"authorRoots\":[\"" + expired + "\"]}", "has expired");
    put("api-a/met", "{\"settings\":{\"nuget\":{\"timestamps\":\"preferred\"}}}").statusCode(201);
    put(
            "api-a/met",
            "{\"settings\":{\"swift\":{\"authors\":\"require\",\"authorRoots\":[\""
                + sound
                + "\"]}}}")
        .statusCode(200);
  }

  private void unmet(String settings, String why) {
    put("api-a/unmet", "{\"settings\":{" + settings + "}}")
        .statusCode(400)
        .body("type", equalTo("urn:countermark:problem:invalid-value"))
        .body("detail", containsString(why));
    admin().get(BASE + "api-a/unmet").then().statusCode(404);
  }

  /** DER in Base64. */
  private static String pem(SwiftPki.Signer root) throws Exception {
    return Base64.getEncoder().encodeToString(root.certificate().getEncoded());
  }

  @Test
  void settingsThatAreInForceAreNotLookedAtAgain() {
    RepositoryName name = RepositoryName.of("api-a/earlier");
    NugetSettings earlier =
        new NugetSettings(false, SignaturePolicy.RESIGN, TimestampPolicy.REQUIRED, false, false);
    new Records(store)
        .create(
            ObjectKeys.repository(name),
            new RepositoryRecord(1, name, Instant.EPOCH).with(new NugetFormat(), earlier));

    put(
            name.toString(),
            "{\"settings\":{\"nuget\":{\"timestamps\":\"required\"},\"oci\":{\"signTags\":true}}}")
        .statusCode(200)
        .body("settings.oci.signTags", equalTo(true));
  }

  @Test
  void deletingARepositoryDeletesItsTokensAndImagesAndNothingElse() {
    put("delete-a/app", "{}").statusCode(201);
    put("delete-a/app-two", "{}").statusCode(201);
    String token = token("delete-a/app", "admin");
    String kept = token("delete-a/app-two", "admin");
    String digest = "sha256:" + "0".repeat(64);
    byte[] any = "{}".getBytes(StandardCharsets.UTF_8);
    store.create(OciKeys.blob("delete-a/app", digest), any);
    store.create(OciKeys.tag("delete-a/app/web/x", "1"), any);
    store.create(OciKeys.tag("delete-a/app-two", "1"), any);
    store.create("swift/delete-a/app/anything", any);
    String waiting = ObjectKeys.waiting(RepositoryName.of("delete-a/app"), "swift", "x");
    store.create(waiting, any);
    store.create("swift/delete-a/app-two/anything", any);

    admin().delete(BASE + "delete-a/app").then().statusCode(204);
    assertThat(store.head(waiting)).isEmpty();

    assertThat(store.list("oci/delete-a/app/", "", 10).entries()).isEmpty();
    assertThat(store.list("tokens/delete-a/app/", "", 10).entries()).isEmpty();
    assertThat(store.head(OciKeys.tag("delete-a/app-two", "1"))).isPresent();
    assertThat(store.list("swift/delete-a/", "", 10).entries())
        .extracting(BlobStore.Entry::key)
        .containsExactly("swift/delete-a/app-two/anything");
    bearer(token).get(BASE).then().statusCode(401);
    bearer(kept).get(BASE + "delete-a/app-two").then().statusCode(200);
    admin().get(BASE + "delete-a/app").then().statusCode(404);
    admin().delete(BASE + "delete-a/app").then().statusCode(404);
  }

  @Test
  void theDocumentSaysWhoMayAskAndNothingOfOtherProtocols() {
    String document =
        given()
            .queryParam("format", "json")
            .get("/api/v1/openapi")
            .then()
            .statusCode(200)
            .body("info.title", equalTo("Countermark"))
            .body("components.securitySchemes.token.scheme", equalTo("bearer"))
            .extract()
            .asString();

    assertThat(document).doesNotContain("\"/v2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "api-a/any", "api-a/any/tokens"})
  void saysNotAcceptableToWhoeverWantsNoJson(String address) {
    admin().accept("text/html").get(BASE + address).then().statusCode(406).body(equalTo(""));
  }

  private static final class Recorder extends Handler {
    private final List<String> logged;

    Recorder(List<String> logged) {
      this.logged = logged;
    }

    @Override
    public synchronized void publish(LogRecord entry) {
      logged.add(
          entry.getMessage()
              + java.util.Arrays.toString(entry.getParameters())
              + entry.getThrown());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
