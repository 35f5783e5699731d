package dev.countermark.gateway.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The OpenAPI document and {@code docs/api.md} name the same operations. Stops an address that
 * nobody is told of, and one that is told of and gone. Seen failing: with a hidden operation, and
 * with a row of the page for an address that does not exist.
 */
@QuarkusTest
class ApiDocumentTest {
  /** As the page writes an operation; what follows a question mark is not compared. */
  private static final Pattern OPERATION =
      Pattern.compile("`(GET|PUT|POST|DELETE) (/[^`?\\s]*)[^`]*`");

  /** Of the page, what the registries' protocols say is not ours to describe. */
  private static final Pattern PROTOCOLS = Pattern.compile("(?s)## The registries\n.*?(?=\n## |$)");

  private JsonNode document;

  @BeforeEach
  void read() throws IOException {
    document =
        new ObjectMapper()
            .readTree(given().queryParam("format", "json").get("/api/v1/openapi").asString());
  }

  @Test
  void thePageAndTheDocumentNameTheSameOperations() throws IOException {
    Set<String> operations = operations();

    // A comparison of nothing with nothing always holds.
    assertThat(operations).hasSizeGreaterThan(10);
    assertThat(onThePage()).isEqualTo(operations);
  }

  private Set<String> operations() {
    Set<String> operations = new TreeSet<>();
    document
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        method ->
                            operations.add(
                                operation(method.toUpperCase(Locale.ROOT), path.getKey()))));
    return operations;
  }

  private static Set<String> onThePage() throws IOException {
    String page = PROTOCOLS.matcher(Files.readString(page())).replaceAll("");
    return OPERATION
        .matcher(page)
        .results()
        .map(found -> operation(found.group(1), found.group(2)))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The address of a folder is the same with and without a slash. */
  private static String operation(String method, String path) {
    return method + " " + (path.length() > 1 ? path.replaceAll("/$", "") : path);
  }

  private static Path page() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path page = at.resolve("docs").resolve("api.md");
      if (Files.isRegularFile(page)) {
        return page;
      }
    }
    throw new IllegalStateException("not inside a checkout: " + Path.of("").toAbsolutePath());
  }

  /** Stops a status that is a surprise to whoever wrote a client from the document. */
  @ParameterizedTest
  @CsvSource({
    "listRepositories, 200 400 401 403 406 429 500 503",
    "putRepository, 200 201 400 401 403 404 406 408 413 429 500 503",
    "resyncRepository, 202 400 401 403 404 406 408 409 413 429 500 503",
    "listPackages, 200 400 401 403 404 406 429 500 503",
    "putQuota, 200 400 401 403 404 406 408 413 429 500 503",
    "putRetention, 200 400 401 403 404 406 408 413 429 500 503",
    "previewRetention, 200 400 401 403 404 406 429 500 503",
    "runRetention, 202 400 401 403 404 406 429 500 503",
    "createToken, 201 400 401 403 404 406 408 413 429 500 503",
    "listKeys, 200 304 308 404 500 503",
    "getTrustDocument, 200 304 400 404 500 503",
    "signingStatus, 200 400 401 403 404 406 429 500 503",
    "askOfKey, 200 400 404 408 413 415 500 503",
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
