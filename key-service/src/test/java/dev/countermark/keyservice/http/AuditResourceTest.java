package dev.countermark.keyservice.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.countermark.blobs.BlobStore;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@TestProfile(TestClients.class)
class AuditResourceTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TestHTTPResource("/")
  URI url;

  @Inject BlobStore store;

  private HttpResponse<String> post(String path, String credential) throws Exception {
    return http.send(
        HttpRequest.newBuilder(url.resolve(path))
            .header("Authorization", "Bearer " + credential)
            .POST(BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static List<JsonNode> lines(HttpResponse<String> answer) throws IOException {
    assertThat(answer.statusCode()).isEqualTo(200);
    List<JsonNode> lines = new ArrayList<>();
    for (String line : answer.body().split("\n")) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  @Test
  void tellsOfEachChainAndOfTheEnd() throws Exception {
    post("/v1/repositories/acme/audited/keys/oci:rotate", TestClients.OPERATOR);

    HttpResponse<String> answer =
        post("/v1/audit:verify?repository=acme/audited&recompute=true", TestClients.OPERATOR);

    assertThat(answer.headers().firstValue("content-type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("application/x-ndjson"));
    List<JsonNode> lines = lines(answer);
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0).path("chain").asText()).isEqualTo("acme/audited/oci");
    assertThat(lines.get(0).path("head").asText()).hasSize(64);
    assertThat(lines.get(0).path("breaks").asInt()).isZero();
    assertThat(lines.get(1).toString()).isEqualTo("{\"chains\":1,\"breaks\":0}");
  }

  @Test
  void tellsOfEachPlaceThatDoesNotHold() throws Exception {
    post("/v1/repositories/acme/broken/keys/oci:rotate", TestClients.OPERATOR);
    store.delete("audit/acme/broken/oci/000000000001.jsonl");

    List<JsonNode> lines =
        lines(post("/v1/audit:verify?repository=acme/broken", TestClients.OPERATOR));

    assertThat(lines.get(0).path("chain").asText()).isEqualTo("acme/broken/oci");
    assertThat(lines.get(0).path("broken").asText()).isNotEmpty();
    assertThat(lines.get(lines.size() - 1).path("breaks").asInt()).isPositive();
  }

  @Test
  void tellsOfAuthoritiesAndDenialsWhenAskedForAll() throws Exception {
    List<String> chains =
        lines(post("/v1/audit:verify", TestClients.OPERATOR)).stream()
            .map(line -> line.path("chain").asText())
            .toList();

    assertThat(chains).contains("authorities/nuget", "authorities/swift", "denials");
  }

  @ParameterizedTest
  @CsvSource({
    "'',wrong,401",
    "'',gateway,403",
    "'?repository=nonsense',operator,400",
  })
  void refusesWhoMayNotAndWhatIsNone(String query, String who, int status) throws Exception {
    String credential =
        switch (who) {
          case "operator" -> TestClients.OPERATOR;
          case "gateway" -> TestClients.GATEWAY;
          default -> who;
        };

    HttpResponse<String> answer = post("/v1/audit:verify" + query, credential);

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(JSON.readTree(answer.body()).path("detail").asText()).isNotEmpty();
    assertThat(answer.headers().firstValue("content-type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
  }
}
