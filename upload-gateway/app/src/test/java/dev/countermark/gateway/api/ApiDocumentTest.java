package dev.countermark.gateway.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients are told of the addresses outside the registries' own protocols. */
@QuarkusTest
class ApiDocumentTest {
  private JsonNode document;

  @BeforeEach
  void read() throws IOException {
    document =
        new ObjectMapper()
            .readTree(given().queryParam("format", "json").get("/api/v1/openapi").asString());
  }

  /** Stops a status that is a surprise to whoever wrote a client from the document. */
  @ParameterizedTest
  @CsvSource({
    "listRepositories, 200 400 401 403 406 503",
    "putRepository, 200 201 400 401 403 404 406 413 503",
    "resyncRepository, 202 400 401 403 404 406 409 413 503",
    "createToken, 201 400 401 403 404 406 413 503",
    "listKeys, 200 304 308 404 503",
    "getTrustDocument, 200 304 400 404 503",
    "signingStatus, 200 401 403 404 406 503",
    "askOfKey, 200 400 404 413 415 503",
    "landingPage, 200 406",
    "ready, 200 503",
  })
  void saysWhichStatusesAnOperationAnswers(String operation, String statuses) {
    List<String> declared = new ArrayList<>();
    for (JsonNode path : document.path("paths")) {
      for (JsonNode method : path) {
        if (method.path("operationId").asText().equals(operation)) {
          method.path("responses").fieldNames().forEachRemaining(declared::add);
        }
      }
    }

    assertThat(declared).containsExactlyInAnyOrder(statuses.split(" "));
  }

  /** Stops a reference to a description that is not there: readers of the document see a hole. */
  @Test
  void everyReferenceLeadsToSomething() {
    List<JsonNode> references = document.findValues("$ref");

    assertThat(references).isNotEmpty();
    assertThat(references)
        .allSatisfy(
            reference ->
                assertThat(document.at(reference.asText().substring(1)).isMissingNode())
                    .as(reference.asText())
                    .isFalse());
  }
}
