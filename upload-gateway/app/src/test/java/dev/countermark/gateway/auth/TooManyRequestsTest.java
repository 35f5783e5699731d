package dev.countermark.gateway.auth;

import static dev.countermark.gateway.auth.LimitedRequests.client;
import static dev.countermark.gateway.auth.LimitedRequests.useUp;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.kit.WritePaths;
import dev.countermark.gateway.kit.WritePaths.WritePath;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Callers who ask too often are told when to come again, and nobody else feels them. */
@QuarkusTest
@TestProfile(LimitedRequests.class)
class TooManyRequestsTest {
  private static final String TOKENS = "/v2/token";

  @ConfigProperty(name = "countermark.gateway.admin-token")
  String adminToken;

  @TestHTTPResource("/")
  URI base;

  @TestHTTPResource(value = "/metrics", management = true)
  URI metrics;

  static Stream<WritePath> writes() {
    return ServiceLoader.load(WritePaths.class).stream()
        .flatMap(p -> p.get().paths().stream())
        .filter(write -> write.address().apply("o/n").startsWith("/"));
  }

  /** None of the body is there to be read. */
  @ParameterizedTest
  @MethodSource("writes")
  void aWriteIsRefusedBeforeItsBodyIsRead(WritePath write) throws IOException {
    RepositoryName repository = LimitedRequests.repository();
    String token = LimitedRequests.token(repository);
    useUp(client(token), TOKENS, 200);
    String basic =
        Base64.getEncoder().encodeToString(("ci:" + token).getBytes(StandardCharsets.UTF_8));
    StringBuilder head =
        new StringBuilder(write.method() + " " + write.address().apply(repository.toString()))
            .append(" HTTP/1.1\r\nHost: x\r\nAuthorization: Basic " + basic + "\r\n")
            .append("Content-Length: " + (write.body().isEmpty() ? 0 : 1 << 20) + "\r\n");
    write.body().headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));

    try (Socket socket = new Socket(base.getHost(), base.getPort())) {
      OutputStream out = socket.getOutputStream();
      out.write((head + "\r\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
      BufferedReader answer =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      List<String> lines = answer.lines().takeWhile(line -> !line.isEmpty()).toList();

      assertThat(lines.get(0)).as(write.name()).startsWith("HTTP/1.1 429 ");
      assertThat(lines).anyMatch(line -> line.matches("(?i)retry-after: [1-9]\\d?"));
    }
  }

  @Test
  void whoeverSharesTheAddressIsServedByHisToken() {
    RepositoryName repository = LimitedRequests.repository();
    String address = "192.0.2.77";
    for (int i = 0; i < LimitedRequests.MOST; i++) {
      given().header("X-Forwarded-For", address).get(TOKENS).then().statusCode(200);
    }
    given().header("X-Forwarded-For", address).get(TOKENS).then().statusCode(429);

    given()
        .header("X-Forwarded-For", address)
        .auth()
        .preemptive()
        .basic("ci", LimitedRequests.token(repository))
        .get(TOKENS)
        .then()
        .statusCode(200);
    given().header("X-Forwarded-For", address).get("/v2/").then().statusCode(401);
    client().get(TOKENS).then().statusCode(200);
  }

  @Test
  void tokensAreNotGivenEither() {
    String token = LimitedRequests.token(LimitedRequests.repository());
    useUp(client(token), TOKENS, 200);

    client(token)
        .get(TOKENS)
        .then()
        .statusCode(429)
        .header("Retry-After", matchesPattern("[1-9]\\d?"))
        .body("error", is("slow_down"))
        .body("errors[0].code", is("TOOMANYREQUESTS"));
    client()
        .contentType(ContentType.URLENC)
        .formParam("grant_type", "password")
        .formParam("username", "ci")
        .formParam("password", token)
        .post(TOKENS)
        .then()
        .statusCode(429);
  }

  @Test
  void neitherDoesTheManagementApiAnswer() {
    for (int i = 0; i < LimitedRequests.MOST; i++) {
      manage().statusCode(200);
    }
    manage()
        .statusCode(429)
        .header("Retry-After", matchesPattern("[1-9]\\d?"))
        .body("type", is("urn:countermark:problem:too-many-requests"));
  }

  private io.restassured.response.ValidatableResponse manage() {
    return client()
        .header("Authorization", "Bearer " + adminToken)
        .get("/api/v1/repositories")
        .then();
  }

  @Test
  void metricsTellHowMany() {
    String token = LimitedRequests.token(LimitedRequests.repository());
    useUp(client(token), TOKENS, 200);
    client(token).get(TOKENS).then().statusCode(429);

    String page = given().get(metrics).then().statusCode(200).extract().asString();
    assertThat(page)
        .containsPattern("countermark_requests_limited_total\\{by=\"token\"\\} [1-9]")
        .contains("countermark_requests_limited_total{by=\"address\"}");
    assertThat(page).doesNotContain(token);
  }
}
