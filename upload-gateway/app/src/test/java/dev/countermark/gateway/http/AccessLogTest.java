package dev.countermark.gateway.http;

import static dev.countermark.gateway.auth.AuthFixture.basic;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.auth.Scope;
import dev.countermark.gateway.auth.Tokens;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.XMLFormatter;
import org.jboss.logmanager.handlers.AsyncHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class AccessLogTest {
  private static final RepositoryName APP = RepositoryName.of("access-log/app");
  private static final Logger LOG = Logger.getLogger("access-log");

  @Inject Tokens tokens;

  private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
  private final Handler recorder =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          lines.add(record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    LOG.addHandler(recorder);
  }

  @AfterEach
  void leave() {
    LOG.removeHandler(recorder);
  }

  private JsonNode line(String path) {
    return await()
        .until(
            () -> lines.stream().filter(l -> l.contains('"' + path + '"')).findFirst(),
            Optional::isPresent)
        .map(AccessLogTest::json)
        .orElseThrow();
  }

  private static JsonNode json(String line) {
    try {
      return new ObjectMapper().readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aLineNamesTheTokenAndWhatCameOfTheRequestAndNoSecret() {
    var created =
        tokens.create(Optional.of(APP), Tokens.Order.of(APP, EnumSet.of(Scope.PULL)), "test");
    String path = "/v2/access-log/app/manifests/absent";

    given()
        .header("Authorization", basic("ci", created.text()))
        .header("User-Agent", "a \"client\"\nof ours".replace("\n", " "))
        .get(path + "?token=" + created.text())
        .then()
        .statusCode(404);

    JsonNode line = line(path);
    assertThat(line.path("subject").asText())
        .isEqualTo("token access-log/app/" + created.record().id());
    assertThat(line.path("method").asText()).isEqualTo("GET");
    assertThat(line.path("status").asInt()).isEqualTo(404);
    assertThat(line.path("remote").asText()).isEqualTo("127.0.0.1");
    assertThat(line.path("agent").asText()).isEqualTo("a \"client\" of ours");
    assertThat(line.path("sent").asLong()).isPositive();
    assertThat(String.join("\n", lines))
        .doesNotContain(created.text().substring(created.text().lastIndexOf('.') + 1));
  }

  @Test
  void whatIsRefusedIsSomebodysTooAndTheManagementApiNamesWhoManages() {
    given().get("/v2/access-log/nothing/tags/list").then().statusCode(401);
    given()
        .header("Authorization", "Bearer an-admin-token-of-the-tests")
        .get("/api/v1/repositories/access-log/none")
        .then()
        .statusCode(404);

    assertThat(line("/v2/access-log/nothing/tags/list").path("subject").asText())
        .isEqualTo("anonymous");
    assertThat(line("/api/v1/repositories/access-log/none").path("subject").asText())
        .isEqualTo("admin");
  }

  /** Those who collect logs get one object for each request, not one within another. */
  @Test
  void aLineStaysAsItIsWhereTheLogIsMadeIntoJson() {
    Handler console = new ConsoleHandler();
    console.setFormatter(new XMLFormatter());
    try (AsyncHandler queue = new AsyncHandler()) {
      queue.addHandler(console);

      AccessLog.keepLines(queue);
    }

    assertThat(console.getFormatter().format(new LogRecord(Level.INFO, "{\"status\":201}")))
        .isEqualTo("{\"status\":201}" + System.lineSeparator());
  }
}
