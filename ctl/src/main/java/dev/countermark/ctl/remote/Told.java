package dev.countermark.ctl.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.countermark.ctl.Printable;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Answers of the platform as people see them; what is no text for a terminal is shown as such. */
final class Told {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Told() {}

  static void json(PrintWriter out, JsonNode answer) {
    try {
      out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(answer));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * A line for each of some objects, in columns.
   *
   * @param members a column each
   */
  static void table(PrintWriter out, Iterable<JsonNode> rows, String... members) {
    List<String[]> lines = new ArrayList<>();
    lines.add(Arrays.stream(members).map(Told::heading).toArray(String[]::new));
    rows.forEach(
        row ->
            lines.add(Arrays.stream(members).map(m -> text(row.path(m))).toArray(String[]::new)));
    int[] widths = new int[members.length];
    for (String[] line : lines) {
      for (int i = 0; i < line.length; i++) {
        widths[i] = Math.max(widths[i], line[i].length());
      }
    }
    for (String[] line : lines) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < line.length; i++) {
        text.append(line[i]);
        text.append(" ".repeat(widths[i] - line[i].length() + 2));
      }
      out.println(text.toString().stripTrailing());
    }
  }

  private static String heading(String member) {
    return member.replaceAll("([A-Z])", " $1").toUpperCase(java.util.Locale.ROOT);
  }

  /** Each member of an object on a line. */
  static void members(PrintWriter out, JsonNode object) {
    members(out, "", object);
  }

  /**
   * The same.
   *
   * @param before stands before each name
   */
  static void members(PrintWriter out, String before, JsonNode object) {
    object.properties().forEach(m -> out.println(before + m.getKey() + ": " + text(m.getValue())));
  }

  static String text(JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return "-";
    }
    return Printable.of(value.isValueNode() ? value.asText() : value.toString());
  }

  /** For addresses. */
  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
