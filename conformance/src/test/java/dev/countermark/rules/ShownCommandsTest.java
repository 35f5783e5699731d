package dev.countermark.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.conformance.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every fenced block of the README and of {@code docs} is done by a test as it stands there, or it
 * is told here why not. Stops a command that nobody has ever run, or that no longer works since
 * something else changed. Seen failing by the pages of when the rule was written: of the fifteen
 * blocks with commands below {@code docs} no test had run one.
 */
class ShownCommandsTest {
  private static final String README = "README.md";
  private static final String API = "docs/api.md";

  /** The only block of each is run by {@link dev.countermark.conformance.ObservabilityTest}. */
  private static final String RUNBOOKS = "docs/runbooks/";

  /** A test asks for a block by literals, so that it is found here. */
  private static final Pattern ASKED =
      Pattern.compile("\\b(?:block|Block\\.of)\\(\\s*\"([^\"]+\\.md)\",\\s*\"([^\"]+)\"\\s*\\)");

  /**
   * What no test does.
   *
   * @param beginning of its first line
   */
  private record NotDone(String page, String beginning, String why) {}

  private static final String COMPOSE = "docs/compose.md";
  private static final List<NotDone> NOT_DONE =
      List.of(
          new NotDone(README, "./run", "takes fixed ports; tests start its launcher on free ones"),
          new NotDone(README, "mvn verify", "is what runs this"),
          new NotDone(API, "{\"grants\":", "two bodies of requests"),
          new NotDone(API, "{\"packages\":", "an answer"),
          new NotDone(API, "{\"rules\":", "the body of a request"),
          new NotDone(API, "{\"status\":", "an answer"),
          new NotDone(API, "{\"type\":", "an answer"),
          new NotDone("docs/architecture.md", "                internet", "a drawing"),
          new NotDone(COMPOSE, "./run images", "takes an engine; ComposePlatformTest does it"),
          new NotDone(COMPOSE, "docker compose exec upload-gateway", "it does that, too"),
          new NotDone(COMPOSE, "docker compose cp setup", "takes an engine; tried by hand"),
          new NotDone(COMPOSE, "docker compose run --rm", "takes an engine; tried by hand"),
          new NotDone(COMPOSE, "docker compose up --detach --wait --scale", "it does that, too"),
          new NotDone(COMPOSE, "COUNTERMARK_TLS=", "takes an engine; compose reads it"),
          new NotDone(
              "docs/kubernetes.md",
              "deploy/secrets/make deploy/k8s/overlays/single-node/secrets",
              "takes a cluster; KubernetesTest runs the script and renders the overlay"),
          new NotDone(
              "docs/kubernetes.md",
              "kubectl apply -f deploy/k8s/overlays/production/namespace.yaml",
              "takes a cluster; HelmTemplateTest has helm make the objects"),
          new NotDone(
              "docs/operations.md",
              "{\"time\":\"2027-01-31T12:00:00.1Z\"",
              "a line of a log; CanaryTest reads such ones"),
          new NotDone(
              "docs/operations.md", "{\"time\":\"2027-01-31T12:00:00Z\"", "a line of a log"),
          new NotDone(
              "docs/formats/swift.md",
              "sudo cp ca.pem",
              "changes whom a machine trusts; tests let one process see another file instead"));

  @Test
  void everyBlockIsDoneOrItIsToldWhyNot() throws IOException {
    Set<String> left = blocks();
    left.removeAll(done());
    NOT_DONE.forEach(block -> left.remove(Block.of(block.page(), block.beginning()).toString()));

    assertThat(left).as("blocks that no test does").isEmpty();
  }

  /** A block that is gone fails by itself. */
  @Test
  void nothingIsDoneThatIsToldNotToBe() throws IOException {
    assertThat(NOT_DONE)
        .extracting(block -> Block.of(block.page(), block.beginning()).toString())
        .doesNotHaveDuplicates()
        .doesNotContainAnyElementsOf(done());
  }

  private static Set<String> blocks() throws IOException {
    Set<String> blocks = new TreeSet<>();
    for (Path document : Checkout.documents()) {
      String page = Checkout.root().relativize(document).toString();
      if (page.equals(README) || page.startsWith("docs/") && !page.startsWith(RUNBOOKS)) {
        List<Block> all = Block.all(page);
        assertThat(all).as(page).hasSize(fences(document) / 2);
        all.forEach(block -> blocks.add(block.toString()));
      }
    }
    return blocks;
  }

  /** Whatever its language, and however far it stands to the right. */
  private static int fences(Path document) throws IOException {
    return (int)
        Files.readAllLines(document).stream().filter(l -> l.strip().startsWith("```")).count();
  }

  private static Set<String> done() throws IOException {
    List<Block> done = new ArrayList<>();
    Path tests = Checkout.root().resolve("conformance/src/test/java");
    try (Stream<Path> files = Files.walk(tests)) {
      for (Path file : files.filter(f -> f.toString().endsWith("Test.java")).toList()) {
        for (MatchResult asked : ASKED.matcher(Files.readString(file)).results().toList()) {
          done.add(Block.of(asked.group(1), asked.group(2)));
        }
      }
    }
    // A rule over nothing always holds.
    assertThat(done).hasSizeGreaterThan(10);
    return done.stream().map(Block::toString).collect(Collectors.toSet());
  }
}
