package dev.countermark.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.rules.ConfigurationKeys.Key;
import dev.countermark.rules.KnownKeysFile.Declared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every configuration key of the code is in {@code docs/configuration.md}, and every key that a
 * document names is in the code. The page is made here and compared, so that it cannot age.
 */
class ConfigurationTest {
  private static final String PAGE = "configuration.md";
  private static final String KEYS = "keys.json";
  private static final String RESOURCES =
      "standalone/src/main/resources/dev/countermark/standalone/config/";

  /** In documents; topics are named alike. */
  private static final Pattern NAMED =
      Pattern.compile("`(countermark\\.(?!uploads|resyncs?|outcomes|dead-letters)[a-z0-9.<>-]+)`");

  private static final String INTRODUCTION =
      """
      # Configuration

      Every key of the services, by prefix. MicroProfile configuration: properties, or environment variables
      in upper case with underscores for everything that is not a letter or digit. Durations are ISO 8601
      (`PT10S`) or short (`10s`), sizes bytes or with a suffix (`16M`). `<name>` is chosen by the operator.
      What Quarkus, Kafka's clients and the JVM can be told besides is theirs to document; a service needs
      `kafka.bootstrap.servers` unless it is the key service.

      Made from the code by `ConfigurationTest`, which fails when it is not what the code says, and then says
      how to copy the new page.
      """;

  /** Rows by key; a key that several modules declare has a row for each meaning. */
  private static final Map<String, List<Row>> ROWS = new TreeMap<>();

  private static final List<Declared> DECLARED = new ArrayList<>();

  private record Row(Key key, Set<String> modules) {}

  @BeforeAll
  static void collect() throws IOException {
    for (Path source : sources()) {
      String module =
          Checkout.root().relativize(source).toString().replaceAll("/src/main/java/.*", "");
      for (Key key : ConfigurationKeys.of(source)) {
        add(key, module);
        DECLARED.add(new Declared(key, module));
      }
    }
    // Whoever injects a single property need not say again what it means.
    for (List<Row> rows : ROWS.values()) {
      List<Row> silent = rows.stream().filter(row -> row.key().text().isEmpty()).toList();
      if (silent.size() < rows.size()) {
        rows.removeAll(silent);
        silent.forEach(row -> rows.get(0).modules().addAll(row.modules()));
      }
    }
  }

  private static void add(Key key, String module) {
    List<Row> rows = ROWS.computeIfAbsent(key.name(), name -> new ArrayList<>());
    rows.stream()
        .filter(row -> row.key().equals(key))
        .findFirst()
        .orElseGet(
            () -> {
              rows.add(new Row(key, new TreeSet<>()));
              return rows.get(rows.size() - 1);
            })
        .modules()
        .add(module);
  }

  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String module : Checkout.modules()) {
      Path folder = Checkout.root().resolve(module).resolve("src").resolve("main").resolve("java");
      if (Files.isDirectory(folder)) {
        sources.addAll(declaring(folder));
      }
    }
    return sources;
  }

  private static List<Path> declaring(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> sources = new ArrayList<>();
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
        String text = Files.readString(file);
        if (text.contains("@ConfigMapping(") || text.contains("@ConfigProperty(")) {
          sources.add(file);
        }
      }
      return sources;
    }
  }

  @Test
  void everyKeySaysWhatItIsFor() {
    assertThat(ROWS).hasSizeGreaterThan(50);
    assertThat(ROWS.values().stream().flatMap(List::stream).map(Row::key))
        .allSatisfy(key -> assertThat(key.text()).as(key.name()).isNotEmpty());
  }

  @Test
  void theReferenceIsWhatTheCodeSays() throws IOException {
    Path expected = Path.of("target", PAGE);
    Files.createDirectories(expected.getParent());
    Files.writeString(expected, page());
    Path page = Checkout.root().resolve("docs").resolve(PAGE);

    assertThat(Files.exists(page) ? Files.readString(page) : "")
        .as("after a change of keys: cp conformance/target/%s docs/%s", PAGE, PAGE)
        .isEqualTo(page());
  }

  /** What {@code ./run config check} knows. */
  @Test
  void theLauncherKnowsWhatTheCodeSays() throws IOException {
    String expected = KnownKeysFile.of(DECLARED);
    Files.createDirectories(Path.of("target"));
    Files.writeString(Path.of("target", KEYS), expected);
    Path keys = Checkout.root().resolve(RESOURCES).resolve(KEYS);

    assertThat(Files.exists(keys) ? Files.readString(keys) : "")
        .as("after a change of keys: cp conformance/target/%s %s", KEYS, RESOURCES)
        .isEqualTo(expected);
  }

  private static String page() {
    StringBuilder page = new StringBuilder(INTRODUCTION);
    String section = "";
    for (Row row : rows()) {
      String prefix = row.key().name().substring(0, row.key().name().lastIndexOf('.'));
      if (!prefix.equals(section)) {
        section = prefix;
        page.append("\n## ").append(prefix.replace("<", "\\<")).append("\n\n");
        page.append("| key | default | in | meaning |\n|---|---|---|---|\n");
      }
      page.append("| `%s` | %s | ".formatted(row.key().name(), row.key().presence()))
          .append("%s | %s |\n".formatted(String.join(", ", row.modules()), row.key().text()));
    }
    return page.toString();
  }

  private static List<Row> rows() {
    Comparator<Row> byPrefix =
        Comparator.comparing(
            row -> row.key().name().substring(0, row.key().name().lastIndexOf('.')));
    return ROWS.values().stream().flatMap(List::stream).sorted(byPrefix).toList();
  }

  /** Stops instructions to set a key that was renamed. */
  @Test
  void everyKeyThatADocumentNamesExists() throws IOException {
    List<String> unknown = new ArrayList<>();
    for (Path document : Checkout.documents()) {
      for (MatchResult named : NAMED.matcher(Files.readString(document)).results().toList()) {
        String name = named.group(1);
        if (ROWS.keySet().stream().noneMatch(key -> isOrHas(key, name))) {
          unknown.add(document.getFileName() + ": " + name);
        }
      }
    }
    assertThat(unknown).isEmpty();
  }

  /** Whether a name is the key or the beginning of it; a segment {@code <name>} is any one. */
  private static boolean isOrHas(String key, String name) {
    String[] of = key.split("\\.");
    String[] segments = name.split("\\.");
    if (segments.length > of.length) {
      return false;
    }
    for (int i = 0; i < segments.length; i++) {
      if (!of[i].equals(segments[i]) && !of[i].startsWith("<")) {
        return false;
      }
    }
    return true;
  }
}
