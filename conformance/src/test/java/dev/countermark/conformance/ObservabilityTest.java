package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Dashboards.Query;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every query of every panel, rule and runbook is put to a real Prometheus that looks at a platform
 * with something to do, and finds something. Of alerts these are the series that they ask for: on
 * this platform their expressions are empty, and promtool sees them firing.
 */
@ExtendWith(PlatformExtension.class)
class ObservabilityTest {
  private static final Duration LIMIT = Duration.ofMinutes(4);

  /** By the first service of a job in prometheus.yml. */
  private static final Map<String, String> PARTS =
      Map.of(
          "upload-gateway", "upload-gateway",
          "signer-nuget", Platform.SIGNER,
          "key-service", "key-service");

  @TempDir private static Path folder;
  private static Prometheus prometheus;
  private static Platform platform;
  private static List<Packages> packages;
  private static Platform.Repository images;
  private static int pushed;

  @BeforeAll
  static void start(Platform running) {
    running.requireData();
    Client program = Client.require("prometheus");
    platform = running;
    Map<String, String> targets = new LinkedHashMap<>();
    PARTS.forEach(
        (service, part) ->
            targets.put(service, platform.manage(part, "/q/metrics").uri().getAuthority()));
    prometheus = Prometheus.start(program, targets, folder);
    packages = new ArrayList<>();
    for (FormatCase format : FormatCase.all()) {
      Platform.Repository repository = platform.repository(format.label(), format.settings());
      packages.add(format.packages(platform, repository));
      if (format.label().equals("oci")) {
        images = repository;
      }
    }
    // What is counted before the first look is no increase.
    await("all targets are seen")
        .atMost(LIMIT)
        .until(() -> prometheus.finds("count(up == 1) == 3"));
  }

  @AfterAll
  static void stop() {
    if (prometheus != null) {
      prometheus.close();
    }
  }

  /** Something of all that panels show: uploads, a campaign, and what is refused. */
  private static void work() {
    pushed++;
    packages.forEach(each -> each.push(pushed));
    platform.call("POST", "/api/v1/dead-letters/none:replay", null);
    platform.rotateImmediately(images.path(), "oci");
    Resync.of(platform, images.path(), renewal());
  }

  private static String renewal() {
    return FormatCase.all().stream()
        .filter(format -> format.label().equals("oci"))
        .map(FormatCase::renewal)
        .findAny()
        .orElseThrow();
  }

  /** Works until each finds something. */
  private static void allFindSomething(List<Query> queries) {
    List<Query> left = new ArrayList<>(queries);
    assertThat(left).isNotEmpty();
    await("queries find something")
        .atMost(LIMIT)
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(
            () -> {
              work();
              left.removeIf(query -> prometheus.finds(query.text()));
              assertThat(left).isEmpty();
            });
  }

  @Test
  void everyPanelShowsSomething() {
    List<Query> queries = Dashboards.queries();

    allFindSomething(queries);

    assertThat(queries).hasSizeGreaterThan(50);
  }

  @Test
  void everyRuleIsEvaluatedAndThereIsWhatItAsksFor() {
    List<Query> queries = new ArrayList<>();
    for (JsonNode rule : prometheus.rules()) {
      String name = rule.path("name").asText();
      if (rule.path("type").asText().equals("recording")) {
        queries.add(new Query(name, name));
      } else {
        prometheus
            .selectors(rule.path("query").asText())
            .forEach(selector -> queries.add(new Query(name, selector)));
      }
    }

    allFindSomething(queries);

    await("all rules were evaluated")
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(prometheus.rules())
                    .hasSizeGreaterThan(20)
                    .allSatisfy(rule -> assertThat(rule.path("health").asText()).isEqualTo("ok")));
  }

  @Test
  void everyQueryOfARunbookFindsSomething() throws IOException {
    allFindSomething(
        runbooks(text -> text.contains("```promql\n")).stream()
            .map(block -> new Query(block.page(), block.text()))
            .toList());
  }

  @Test
  void everyOtherCommandOfARunbookWorks() throws IOException {
    packages.forEach(each -> FormatContract.pushed(each, 1));
    Reader operator = CtlTool.giveTo(new Reader(platform, images, platform.url()));
    operator.write(
        "data/endpoint.env", Files.readAllBytes(platform.requireData().resolve("endpoint.env")));
    List<Block> blocks = runbooks(text -> !text.contains("```promql\n"));
    assertThat(blocks).isNotEmpty();

    for (Block block : blocks) {
      operator.run(block.text().replace("acme/app", images.path()));
    }
  }

  private static List<Block> runbooks(Predicate<String> wanted) throws IOException {
    List<Block> blocks = new ArrayList<>();
    Path root = ProjectFiles.root();
    try (Stream<Path> pages = Files.list(root.resolve("docs/runbooks"))) {
      for (Path page : pages.sorted().toList()) {
        if (wanted.test(Files.readString(page))) {
          blocks.addAll(Block.all(root.relativize(page).toString()));
        }
      }
    }
    return blocks;
  }
}
