package dev.countermark.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.conformance.Block;
import dev.countermark.conformance.Client;
import dev.countermark.conformance.Client.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whoever is woken by an alert finds a page about it, and each was seen firing and silent. Their
 * expressions find what they ask for in {@link dev.countermark.conformance.ObservabilityTest}.
 */
class AlertsTest {
  private static final Path RULES = Checkout.root().resolve("deploy/observability/rules");
  private static final String PAGES = "docs/runbooks";
  private static final Pattern ALERT = Pattern.compile("(?m)^ +- alert: (\\w+)$");

  /** To the next rule. */
  private static final Pattern RULE =
      Pattern.compile("(?ms)^ +- alert: (\\w+)$(.*?)(?=^ +- |^ *#|\\z)");

  private static final Pattern FIRING =
      Pattern.compile(
          "alertname: (\\w+)\\n +exp_alerts:(?: &\\w+)?\\n +- |alertname: (\\w+)\\n +exp_alerts: \\*");
  private static final Pattern SILENT =
      Pattern.compile("alertname: (\\w+)\\n +exp_alerts: \\[\\]\\n");

  @TempDir private Path scratch;

  private static Set<String> alerts() throws IOException {
    Set<String> alerts = matches(ALERT, Files.readString(RULES.resolve("alerts.yml")));
    // A rule over nothing always holds.
    assertThat(alerts).hasSizeGreaterThan(10);
    return alerts;
  }

  private static Set<String> matches(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(match -> match.group(1) == null ? match.group(2) : match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String page(String alert) {
    return PAGES + "/" + alert.replaceAll("(?<!^)([A-Z])", "-$1").toLowerCase(Locale.ROOT) + ".md";
  }

  @Test
  void eachSaysHowUrgentItIsAndWhichPageIsAboutIt() throws IOException {
    for (MatchResult rule :
        RULE.matcher(Files.readString(RULES.resolve("alerts.yml"))).results().toList()) {
      assertThat(rule.group(2))
          .as(rule.group(1))
          .containsPattern("severity: (page|ticket)\\b")
          .contains("summary: '")
          .contains("runbook: " + page(rule.group(1)) + "\n");
    }
  }

  @Test
  void eachHasAPageThatEndsInACommand() throws IOException {
    for (String alert : alerts()) {
      String page = page(alert);
      String text = Files.readString(Checkout.root().resolve(page));
      List<Block> blocks = Block.all(page);
      assertThat(text).startsWith("# " + alert + "\n").endsWith("\n```\n");
      assertThat(blocks).as(page).hasSize(1);
      boolean query = text.contains("```promql\n");
      assertThat(query || blocks.get(0).text().startsWith("./countermark-ctl ")).as(page).isTrue();
    }
  }

  @Test
  void noPageIsAboutWhatNeverComes() throws IOException {
    List<String> expected = new ArrayList<>();
    alerts().forEach(alert -> expected.add(page(alert)));
    try (Stream<Path> pages = Files.list(Checkout.root().resolve(PAGES))) {
      assertThat(pages.map(page -> PAGES + "/" + page.getFileName()))
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Test
  void eachIsSeenFiringAndSilent() throws IOException {
    StringBuilder tests = new StringBuilder();
    for (Path file : tests()) {
      tests.append(Files.readString(file)).append('\n');
    }
    assertThat(matches(FIRING, tests.toString())).isEqualTo(alerts());
    assertThat(matches(SILENT, tests.toString())).isEqualTo(alerts());
  }

  private static List<Path> tests() throws IOException {
    try (Stream<Path> files = Files.list(RULES.resolve("tests"))) {
      return files.sorted().toList();
    }
  }

  private static List<Path> rules() throws IOException {
    try (Stream<Path> files = Files.list(RULES)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static String[] arguments(List<Path> files, String... command) {
    return Stream.concat(Stream.of(command), files.stream().map(Path::toString))
        .toArray(String[]::new);
  }

  @Test
  void prometheusTakesTheRules() throws IOException {
    Client promtool = Client.require("promtool");
    Home home = Home.create(scratch, Map.of());

    promtool.run(home, arguments(rules(), "check", "rules", "--lint-fatal")).succeeded();

    // As the compose file mounts them.
    Path prometheus = Files.createDirectories(scratch.resolve("prometheus/rules")).getParent();
    for (Path file : rules()) {
      Files.copy(file, prometheus.resolve("rules").resolve(file.getFileName()));
    }
    Files.createFile(Files.createDirectory(prometheus.resolve("secrets")).resolve("ca.crt"));
    Path config = prometheus.resolve("prometheus.yml");
    Files.copy(RULES.resolveSibling("prometheus/prometheus.yml"), config);
    assertThat(promtool.run(home, "check", "config", config.toString()).succeeded().output())
        .contains(rules().size() + " rule files found");
  }

  @Test
  void prometheusSeesThemFiringAndSilent() throws IOException {
    Client promtool = Client.require("promtool");

    promtool.run(Home.create(scratch, Map.of()), arguments(tests(), "test", "rules")).succeeded();
  }
}
