package dev.countermark.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The Grafana dashboards of the checkout. */
public final class Dashboards {
  /** As Grafana fills them in for a short time, and for all formats. No name is in another. */
  private static final Map<String, String> VARIABLES =
      Map.of("$__rate_interval", "1m", "$__range", "1h", "$__interval", "15s", "$format", ".*");

  private Dashboards() {}

  /** In the order of their files' names. */
  public static List<JsonNode> all() {
    try (Stream<Path> files =
        Files.list(ProjectFiles.root().resolve("deploy/observability/dashboards"))) {
      return files.sorted().map(Dashboards::read).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode read(Path file) {
    try {
      return Json.read(Files.readAllBytes(file), JsonNode.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Names of what the reader of a dashboard chooses. */
  public static List<String> variables(JsonNode board) {
    List<String> names = new ArrayList<>();
    board.at("/templating/list").forEach(variable -> names.add(variable.path("name").asText()));
    return names;
  }

  /**
   * A query of a panel, as Prometheus is asked.
   *
   * @param panel title of the dashboard and of the panel
   */
  public record Query(String panel, String text) {}

  /** All queries of all panels. */
  public static List<Query> queries() {
    List<Query> queries = new ArrayList<>();
    for (JsonNode board : all()) {
      for (JsonNode panel : board.path("panels")) {
        String title = board.path("title").asText() + ", " + panel.path("title").asText();
        for (JsonNode target : panel.path("targets")) {
          queries.add(new Query(title, filledIn(target.path("expr").asText())));
        }
      }
    }
    return queries;
  }

  private static String filledIn(String query) {
    String text = query;
    for (Map.Entry<String, String> variable : VARIABLES.entrySet()) {
      text = text.replace(variable.getKey(), variable.getValue());
    }
    return text;
  }
}
