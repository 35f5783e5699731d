package dev.countermark.gateway.management;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.matchesPattern;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whoever may send requests must not decide which labels there are, nor read names in them. */
@QuarkusTest
class MetricLabelsTest {
  private static final String REQUESTS = "http.server.requests";

  @Inject MeterRegistry meters;

  @TestHTTPResource(value = "/", management = true)
  URI management;

  private List<String> labels() {
    return meters.getMeters().stream()
        .flatMap(meter -> meter.getId().getTags().stream())
        .map(Tag::getValue)
        .toList();
  }

  private boolean counts(String uri, String status) {
    return meters.getMeters().stream()
        .map(Meter::getId)
        .filter(id -> id.getName().equals(REQUESTS))
        .anyMatch(id -> uri.equals(id.getTag("uri")) && status.equals(id.getTag("status")));
  }

  @Test
  void whatNobodyAnswersIsOneLabelAndNoNamesAreLabels() {
    for (String method : List.of("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "PROPFIND")) {
      given().request(method, "/junk-label");
      given().request(method, "/junk-label/deep/er");
      given().request(method, "/v2/junk-label/app/manifests/1");
      given().request(method, "/api/v1/repositories/junk-label/app/tokens");
      given().request(method, "/api/v1/tokens/junk-label/more");
      given().request(method, "/junk-label/app/nuget/v3/index.json");
    }
    given().urlEncodingEnabled(false).get("/junk-label%00");
    given().header("Authorization", "Bearer junk-label").get("/api/v1/repositories");
    given().body("{").contentType("application/json").post("/v2/token/junk-label");

    await().until(() -> counts("/unmatched", "404"));
    assertThat(labels()).noneMatch(label -> label.contains("junk-label"));
    assertThat(counts("/api/v1/repositories", "401")).isTrue();
  }

  @Test
  void requestsAreCountedByHowLongTheyTook() {
    given().get("/api/v1/repositories");
    await().until(() -> counts("/api/v1/repositories", "401"));

    given()
        .get(management.resolve("/q/metrics"))
        .then()
        .body(
            matchesPattern(
                "(?s).*\\nhttp_server_requests_seconds_bucket\\{[^}]*le=\"600.0\"[^}]*} [1-9].*"));
  }
}
