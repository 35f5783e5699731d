package dev.countermark.conformance;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.http.HttpCaller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A Prometheus with the settings and rules of the checkout, except for where the targets are and
 * how often it looks.
 */
final class Prometheus implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** What finds the targets in the settings, by the name of a service. */
  private static final Pattern TARGETS =
      Pattern.compile("dns_sd_configs:\\s+- \\{names: \\[([a-z-]+)[^}]*\\}");

  private final Process process;
  private final HttpCaller http;

  private Prometheus(Process process, URI url) {
    this.process = process;
    this.http = HttpCaller.anonymous(url);
  }

  /**
   * Starts it, and waits until it answers.
   *
   * @param program {@code prometheus}
   * @param targets {@code host:port}, by the first name that the settings have for it
   * @param folder where it may write
   */
  static Prometheus start(Client program, Map<String, String> targets, Path folder) {
    Path observability = ProjectFiles.root().resolve("deploy/observability");
    int port = FreePorts.forPlatform();
    try {
      Files.createDirectories(folder);
      String settings =
          Files.readString(observability.resolve("prometheus/prometheus.yml"))
              .replace("- rules/", "- " + observability.resolve("rules") + "/")
              .replace("_interval: 15s", "_interval: 1s")
              // The launcher's key service is on the loopback interface, without TLS.
              .replaceAll("(?m)^    (scheme|tls_config): .*\n", "");
      Path file = Files.writeString(folder.resolve("prometheus.yml"), at(targets, settings));
      Process process =
          new ProcessBuilder(
                  program.program().toString(),
                  "--config.file=" + file,
                  "--storage.tsdb.path=" + folder.resolve("data"),
                  "--web.listen-address=127.0.0.1:" + port)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("log").toFile())
              .start();
      Prometheus prometheus = new Prometheus(process, URI.create("http://127.0.0.1:" + port));
      await("prometheus answers")
          .atMost(PATIENCE)
          .ignoreExceptionsInstanceOf(UncheckedIOException.class)
          .until(() -> prometheus.get("/-/ready").statusCode() == 200);
      return prometheus;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String at(Map<String, String> targets, String settings) {
    return TARGETS
        .matcher(settings)
        .replaceAll(
            found ->
                "static_configs: [{targets: ['"
                    + targets.get(found.group(1))
                    + "'], labels: {__meta_dns_name: "
                    + found.group(1)
                    + "}}]");
  }

  private HttpResponse<byte[]> get(String path) {
    return http.send("GET", path, null, Map.of());
  }

  private JsonNode data(String path) {
    JsonNode answer = Json.read(get(path).body(), JsonNode.class);
    if (!answer.path("status").asText().equals("success")) {
      throw new AssertionError(path + ": " + answer.path("error").asText());
    }
    return answer.path("data");
  }

  /** The rules that it evaluates. */
  List<JsonNode> rules() {
    List<JsonNode> rules = new ArrayList<>();
    for (JsonNode group : data("/api/v1/rules").path("groups")) {
      group.path("rules").forEach(rules::add);
    }
    return rules;
  }

  /**
   * Whether a query finds anything now; what is no number is nothing.
   *
   * @throws AssertionError when it is wrong
   */
  boolean finds(String query) {
    for (JsonNode sample : data("/api/v1/query?query=" + Platform.encoded(query)).path("result")) {
      if (Double.isFinite(Double.parseDouble(value(sample)))) {
        return true;
      }
    }
    return false;
  }

  /** As Go writes it. */
  private static String value(JsonNode sample) {
    return sample.path("value").path(1).asText().replace("Inf", "Infinity");
  }

  /** The series that a query asks for, each as a query of its own. */
  List<String> selectors(String query) {
    List<String> selectors = new ArrayList<>();
    collect(data("/api/v1/parse_query?query=" + Platform.encoded(query)), selectors);
    return selectors;
  }

  private static void collect(JsonNode node, List<String> selectors) {
    if (node.path("type").asText().endsWith("Selector")) {
      List<String> matchers = new ArrayList<>();
      for (JsonNode matcher : node.path("matchers")) {
        matchers.add(
            "%s%s\"%s\""
                .formatted(
                    matcher.path("name").asText(),
                    matcher.path("type").asText(),
                    matcher.path("value").asText()));
      }
      selectors.add("{" + String.join(",", matchers) + "}");
    }
    node.forEach(child -> collect(child, selectors));
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
