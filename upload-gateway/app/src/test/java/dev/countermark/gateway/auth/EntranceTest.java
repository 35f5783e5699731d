package dev.countermark.gateway.auth;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.is;

import io.quarkus.arc.Arc;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every thread of a request waits for something; who comes in is let in all the same. */
@QuarkusTest
class EntranceTest {
  /** More than the gateway has for requests. */
  private static final int TASKS = 200;

  @ConfigProperty(name = "countermark.gateway.admin-token")
  String adminToken;

  private final CountDownLatch over = new CountDownLatch(1);

  @BeforeEach
  void occupy() {
    ExecutorService requests = Arc.container().getExecutorService();
    for (int i = 0; i < TASKS; i++) {
      requests.execute(this::waitForTheEnd);
    }
  }

  @AfterEach
  void release() {
    over.countDown();
  }

  private void waitForTheEnd() {
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void tokensAreGiven() {
    given()
        .auth()
        .preemptive()
        .basic("x", adminToken)
        .get("/v2/token?service=x")
        .then()
        .statusCode(200);
    given()
        .contentType(ContentType.URLENC)
        .formParam("grant_type", "password")
        .formParam("username", "x")
        .formParam("password", adminToken)
        .post("/v2/token")
        .then()
        .statusCode(200);
  }

  @Test
  void pingsAreAnswered() {
    for (String path : new String[] {"/v2/", "/v2"}) {
      given().auth().preemptive().basic("x", adminToken).get(path).then().statusCode(200);
      given().get(path).then().statusCode(401).body("errors[0].code", is("UNAUTHORIZED"));
    }
  }
}
