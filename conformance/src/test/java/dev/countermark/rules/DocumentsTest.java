package dev.countermark.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documents agree with the checkout: links lead somewhere, numbers agree, commands exist. */
class DocumentsTest {
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
  private static final Pattern FENCE = Pattern.compile("(?s)```.*?```");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.*)$");
  private static final Pattern DECISION = Pattern.compile("(\\d{4})-[a-z0-9-]+\\.md");

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path document : Checkout.documents()) {
      String text = FENCE.matcher(Files.readString(document)).replaceAll("");
      for (MatchResult link : matches(LINK, text)) {
        String target = link.group(1);
        if (!target.matches("(https?|mailto):.*") && !resolves(document, target)) {
          broken.add(Checkout.root().relativize(document) + " -> " + target);
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  private static boolean resolves(Path document, String target) throws IOException {
    int hash = target.indexOf('#');
    String path = hash < 0 ? target : target.substring(0, hash);
    Path file = path.isEmpty() ? document : document.resolveSibling(path).normalize();
    if (!Files.exists(file)) {
      return false;
    }
    return hash < 0
        || Files.isDirectory(file)
        || anchors(file).contains(target.substring(hash + 1));
  }

  /** Anchors of headings as forges make them. */
  private static Set<String> anchors(Path file) throws IOException {
    String text = FENCE.matcher(Files.readString(file)).replaceAll("");
    return matches(HEADING, text).stream()
        .map(
            heading ->
                heading
                    .group(1)
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .strip()
                    .replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  @Test
  void everyDecisionHasOneNumberThatItsTitleRepeats() throws IOException {
    Set<String> numbers = new TreeSet<>();
    List<String> wrong = new ArrayList<>();
    try (Stream<Path> files = Files.list(Checkout.root().resolve("docs/adr"))) {
      for (Path file : files.sorted().toList()) {
        Matcher name = DECISION.matcher(file.getFileName().toString());
        if (!name.matches()
            || !numbers.add(name.group(1))
            || !Files.readString(file).startsWith("# " + name.group(1) + ": ")) {
          wrong.add(file.getFileName().toString());
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(numbers).isNotEmpty();
  }

  @Test
  void everyModuleIsNamedInTheArchitecture() throws IOException {
    String architecture = Files.readString(Checkout.root().resolve("docs/architecture.md"));

    assertThat(Checkout.modules())
        .allSatisfy(module -> assertThat(architecture).contains("`" + module + "`"));
  }

  @Test
  void theReadmeShowsTheTestCommandThatCiRuns() throws IOException {
    String readme = Files.readString(Checkout.root().resolve("README.md"));
    String ci = Files.readString(Checkout.root().resolve(".ci/run"));

    assertThat(readme).containsPattern("(?m)^```[a-z]*\\n(.*\\n)*?mvn verify\\n");
    assertThat(ci).contains("mvn -B verify");
  }

  /** Every {@code ./run …} that a document shows is one that the launcher knows. */
  @Test
  void everyRunCommandExists() throws IOException {
    Set<String> known = Set.of("", "stop", "demo", "bench", "faults", "hostile", "images");
    List<String> unknown = new ArrayList<>();
    for (Path document : Checkout.documents()) {
      for (MatchResult command :
          matches(Pattern.compile("(?m)^\\./run\\b *([a-z]*)"), Files.readString(document))) {
        if (!known.contains(command.group(1))) {
          unknown.add(document.getFileName() + ": " + command.group());
        }
      }
    }
    assertThat(unknown).isEmpty();
  }

  private static List<MatchResult> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }
}
