package dev.countermark.gateway.management;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.arc.Arc;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Health and metrics have a port and threads of their own; clients are told the status alone. */
@QuarkusTest
class ManagementTest {
  /** More than the gateway has for requests. */
  private static final int TASKS = 200;

  @TestHTTPResource(value = "/", management = true)
  URI management;

  private URI address(String path) {
    return management.resolve(path);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/q/health", "/q/health/live", "/q/health/ready", "/q/health/started"})
  void tellsOperatorsOfEachCheckAndClientsOfTheStatus(String path) {
    given().get(address(path)).then().statusCode(200).body(containsString("checks"));
    given().get(path).then().statusCode(200).body(equalTo("{\"status\":\"UP\"}"));
    given().head(path).then().statusCode(200);
  }

  @Test
  void tellsClientsOfNoMetrics() {
    given().get(address("/q/metrics")).then().statusCode(200).body(containsString("jvm_memory"));
    given().get("/q/metrics").then().statusCode(404);
  }

  @Test
  void keepsTheDocumentOfTheApiWhereClientsLookForIt() {
    given().get("/api/v1/openapi").then().statusCode(200);
    given().get(address("/api/v1/openapi")).then().statusCode(404);
  }

  /** As when a store does not answer: each thread of a request waits for it. */
  @Test
  void needsNoThreadOfRequests() {
    ExecutorService requests = Arc.container().getExecutorService();
    CountDownLatch over = new CountDownLatch(1);
    try {
      for (int i = 0; i < TASKS; i++) {
        requests.execute(() -> await(over));
      }
      given().get(address("/q/health")).then().statusCode(200);
      given().get(address("/q/metrics")).then().statusCode(200);
      given().get("/q/health/ready").then().statusCode(200);
    } finally {
      over.countDown();
    }
  }

  private static void await(CountDownLatch over) {
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
