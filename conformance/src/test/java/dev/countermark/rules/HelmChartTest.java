package dev.countermark.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The chart of {@code deploy/helm} starts from the files of {@code deploy/k8s}. Stops a second
 * truth: an object that kustomize has and the chart does not. {@link HelmTemplateTest} asks helm
 * itself.
 */
class HelmChartTest {
  /** What a template asks for, by the names of the chart's links. */
  private static final Pattern ASKED =
      Pattern.compile("\"((?:base|components|production)/[^\"]+)\"");

  /** Whoever installs a chart makes its namespace, and a class is named by a value. */
  private static final Set<String> NOT_ASKED =
      Set.of("production/namespace.yaml", "production/patches/key-service.yaml");

  static Path chart() {
    return Checkout.root().resolve("deploy").resolve("helm");
  }

  private static JsonNode read(String file) throws IOException {
    return Manifests.parse(Files.readString(chart().resolve(file))).objects().get(0);
  }

  private static String templates() throws IOException {
    StringBuilder all = new StringBuilder();
    for (Path template : Manifests.files(chart().resolve("templates"), "")) {
      all.append(Files.readString(template));
    }
    assertThat(all).hasSizeGreaterThan(10_000);
    return all.toString();
  }

  private static Path folder(String link) {
    return Manifests.root().resolve(link.equals("production") ? "overlays/production" : link);
  }

  /** Otherwise there would be a copy, and the two would part. */
  @ParameterizedTest
  @ValueSource(strings = {"base", "components", "production"})
  void objectsAreThoseOfKustomize(String name) throws IOException {
    Path link = chart().resolve("k8s").resolve(name);
    assertThat(link).isSymbolicLink();
    assertThat(link.toRealPath()).isEqualTo(folder(name).toRealPath());
  }

  /** Secrets of a trial lie in a folder of {@code overlays}, and a package takes what it finds. */
  @Test
  void nothingElseIsInAPackage() throws IOException {
    try (Stream<Path> links = Files.list(chart().resolve("k8s"))) {
      assertThat(links).hasSize(3);
    }
    assertThat(Files.readString(chart().resolve(".helmignore"))).contains("secrets/\n");
  }

  @Test
  void everyFileIsAskedForAndIsThere() throws IOException {
    List<Pattern> asked =
        ASKED
            .matcher(templates())
            .results()
            .map(file -> Pattern.compile(file.group(1).replace("%s", "[a-z-]+")))
            .toList();
    Set<String> files = new TreeSet<>();
    for (String link : List.of("base", "components", "production")) {
      for (Path file : Manifests.files(folder(link), "")) {
        files.add(link + "/" + folder(link).relativize(file));
      }
    }

    assertThat(files)
        .filteredOn(file -> !file.endsWith("/kustomization.yaml") && !NOT_ASKED.contains(file))
        .hasSizeGreaterThan(15)
        .allSatisfy(file -> assertThat(asked).anyMatch(a -> a.matcher(file).matches()));
    assertThat(asked).allSatisfy(a -> assertThat(files).anyMatch(f -> a.matcher(f).matches()));
    assertThat(files).containsAll(NOT_ASKED);
  }

  @Test
  void theChartHasTheVersionOfTheBuildAndItsSigners() throws IOException {
    assertThat(read("Chart.yaml").path("version").asText()).isEqualTo(Checkout.version());
    assertThat(read("Chart.yaml").path("appVersion").asText()).isEqualTo(Checkout.version());
    Set<String> formats = new TreeSet<>();
    read("values.yaml").path("formats").fieldNames().forEachRemaining(formats::add);
    assertThat(formats.stream().map(format -> "signer-" + format).toList())
        .isEqualTo(KubernetesSettingsTest.signers());
  }
}
