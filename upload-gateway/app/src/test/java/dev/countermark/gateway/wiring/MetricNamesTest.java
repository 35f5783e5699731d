package dev.countermark.gateway.wiring;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Metrics have the names that {@code docs/operations.md} tells: dashboards are made from it. */
@QuarkusTest
class MetricNamesTest {
  @TestHTTPResource(value = "/metrics", management = true)
  URI metrics;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "countermark_resources_threads_used{",
        "countermark_resources_threads_limit{",
        "countermark_resources_memory_used_bytes{",
        "countermark_resources_memory_limit_bytes{",
        "countermark_sweep_deleted_total{",
        "countermark_sweep_deleted_bytes_total",
        "countermark_sweep_last_run_seconds",
        "countermark_waiting_packages{",
        "countermark_resyncs_packages_total{",
        "countermark_webhooks_tries_total{",
        "countermark_webhooks_waiting",
        "countermark_webhooks_in_flight",
        "countermark_webhooks_given_up_total",
        "countermark_requests_limited_total{",
      })
  void areThoseOfTheDocuments(String name) {
    given().get(metrics).then().statusCode(200).body(containsString("\n" + name));
  }
}
