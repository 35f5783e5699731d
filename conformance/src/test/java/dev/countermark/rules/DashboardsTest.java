package dev.countermark.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Dashboards;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What Grafana would say only when somebody looks at a dashboard: no linter for them is run. That
 * their queries find data is seen by {@link dev.countermark.conformance.ObservabilityTest}, where
 * there is a Prometheus.
 */
class DashboardsTest {
  private static final Path OBSERVABILITY = Checkout.root().resolve("deploy/observability");

  /** Whatever data source the reader chooses. */
  private static final String SOURCE = "{\"type\":\"prometheus\",\"uid\":\"${datasource}\"}";

  private static final Pattern WINDOW = Pattern.compile("\\[([^\\]]*)\\]");
  private static final Pattern REFRESH = Pattern.compile("([1-9]\\d+)s|[1-9]\\d*[mh]");

  private static List<JsonNode> boards() {
    return Dashboards.all();
  }

  @Test
  void eachHasAnAddressOfItsOwn() {
    assertThat(boards())
        .hasSizeGreaterThan(3)
        .extracting(board -> board.path("uid").asText())
        .allMatch(uid -> uid.startsWith("countermark-"))
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("boards")
  void isOneThatGrafanaProvisions(JsonNode board) {
    assertThat(board.path("schemaVersion").asInt()).isPositive();
    assertThat(board.get("id").isNull()).as("the number is Grafana's").isTrue();
    assertThat(board.path("title").asText()).isNotBlank();
    assertThat(board.path("timezone").asText()).isEqualTo("browser");
    assertThat(board.path("refresh").asText()).matches(REFRESH);
    assertThat(Dashboards.variables(board)).anySatisfy(v -> assertThat(v).isEqualTo("datasource"));
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("boards")
  void saysWhatEachPanelShows(JsonNode board) {
    Set<Integer> numbers = new TreeSet<>();
    for (JsonNode panel : board.path("panels")) {
      String title = panel.path("title").asText();
      assertThat(title).isNotBlank();
      assertThat(panel.path("description").asText()).as(title).isNotBlank();
      assertThat(panel.at("/fieldConfig/defaults/unit").asText()).as(title).isNotBlank();
      assertThat(numbers.add(panel.path("id").asInt())).as(title).isTrue();
      assertThat(panel.path("targets")).as(title).isNotEmpty();
    }
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("boards")
  void asksTheChosenSourceInWindowsThatFitTheRange(JsonNode board) {
    for (JsonNode source : board.findValues("datasource")) {
      assertThat(source).hasToString(SOURCE);
    }
    for (JsonNode target : board.findValues("targets")) {
      for (JsonNode query : target) {
        String text = query.path("expr").asText();
        assertThat(query.path("legendFormat").asText()).as(text).isNotBlank();
        assertThat(WINDOW.matcher(text).results().map(window -> window.group(1)))
            .as(text)
            .isSubsetOf("$__rate_interval", "$__range");
        // Of several values, or all, Grafana makes a regular expression.
        assertThat(text.replaceAll("=~\"\\$[a-z]+\"", "")).doesNotContainPattern("\"\\$[a-z]");
      }
    }
  }

  /** The targets are those of services that nobody told otherwise, the key service's with TLS. */
  @Test
  void prometheusLooksWhereServicesShowThemselves() throws IOException {
    String scrapes = Files.readString(OBSERVABILITY.resolve("prometheus/prometheus.yml"));

    assertThat(scrapes)
        .contains("names: [upload-gateway], type: A, port: " + port("upload-gateway/app"))
        .contains("type: A, port: " + port("signer-service/app"))
        .contains("names: [key-service], type: A, port: 8443");
    assertThat(
            Files.readString(Manifests.root().resolve("base/key-service/application.properties")))
        .contains("quarkus.http.ssl-port=8443\n");
  }

  private static String port(String module) throws IOException {
    String settings =
        Files.readString(
            Checkout.root().resolve(module + "/src/main/resources/application.properties"));
    List<MatchResult> ports =
        Pattern.compile("(?m)^quarkus\\.(management|http)\\.port=(\\d+)$")
            .matcher(settings)
            .results()
            .toList();
    return ports.stream()
        .filter(port -> port.group(1).equals("management"))
        .findAny()
        .orElse(ports.get(0))
        .group(2);
  }
}
