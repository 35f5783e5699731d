package dev.countermark.gateway.management;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.countermark.blobs.BlobStore;
import dev.countermark.gateway.wiring.InMemoryBeans;
import dev.countermark.gateway.wiring.InMemoryBeans.TestStore;
import io.quarkus.arc.Arc;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
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

  @Inject BlobStore store;

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

  /** Readiness tells each dependency by name; a restart would help none of them. */
  @Test
  void isNotReadyWithoutStoreOrBroker() {
    try {
      ((TestStore) store).away(true);
      InMemoryBeans.brokerAway = true;
      await()
          .untilAsserted(
              () ->
                  given()
                      .get(address("/q/health/ready"))
                      .then()
                      .statusCode(503)
                      .body(check("object-store"), equalTo("the store is away"))
                      .body(check("broker"), equalTo("the broker is away"))
                      .body("checks.find { it.name == 'key-service' }.status", equalTo("UP")));
      given().get(address("/q/health/live")).then().statusCode(200);
      await().untilAsserted(() -> given().get("/q/health/ready").then().statusCode(503));
    } finally {
      ((TestStore) store).away(false);
      InMemoryBeans.brokerAway = false;
    }
    await().untilAsserted(() -> given().get("/q/health/ready").then().statusCode(200));
  }

  /** Asked of the one that this started: it reached everything before. */
  @Test
  void servesClientsWithoutTheBrokerAndNotWithoutTheStore() {
    String serving = address("/q/health/group/serving").toString();
    await().untilAsserted(() -> given().get(serving).then().statusCode(200));
    try {
      InMemoryBeans.brokerAway = true;
      await().untilAsserted(() -> given().get(address("/q/health/ready")).then().statusCode(503));
      given().get(serving).then().statusCode(200);
      await().untilAsserted(() -> given().get("/q/health/group/serving").then().statusCode(200));

      ((TestStore) store).away(true);
      await().untilAsserted(() -> given().get(serving).then().statusCode(503));
    } finally {
      ((TestStore) store).away(false);
      InMemoryBeans.brokerAway = false;
    }
    await().untilAsserted(() -> given().get(address("/q/health/ready")).then().statusCode(200));
  }

  private static String check(String name) {
    return "checks.find { it.name == '" + name + "' }.data.reason";
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
        requests.execute(() -> hold(over));
      }
      given().get(address("/q/health")).then().statusCode(200);
      given().get(address("/q/metrics")).then().statusCode(200);
      given().get("/q/health/ready").then().statusCode(200);
    } finally {
      over.countDown();
    }
  }

  private static void hold(CountDownLatch over) {
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
