package dev.countermark.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The chart of {@code deploy/helm} starts from the files of {@code deploy/k8s}, and takes no value
 * that it does not know. Stops a second truth: an object that kustomize has and the chart does not.
 * {@link HelmTemplateTest} asks helm itself.
 */
class HelmChartTest {
  /** What a template asks for, by the names of the chart's links. */
  private static final Pattern ASKED =
      Pattern.compile("\"((?:base|components|production)/[^\"]+)\"");

  private static final Pattern WORD = Pattern.compile("[A-Za-z]+");

  /** Whoever installs a chart makes its namespace, and a class is named by a value. */
  private static final Set<String> NOT_ASKED =
      Set.of("production/namespace.yaml", "production/patches/key-service.yaml");

  static Path chart() {
    return Checkout.root().resolve("deploy").resolve("helm");
  }

  private static JsonNode read(String file) throws IOException {
    return Manifests.parse(Files.readString(chart().resolve(file))).objects().get(0);
  }

  private static JsonNode schema() throws IOException {
    return new ObjectMapper().readTree(chart().resolve("values.schema.json").toFile());
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

  @ParameterizedTest
  @ValueSource(strings = {"values.yaml", "production.yaml"})
  void valuesAreAsTheSchemaHasThem(String file) throws IOException {
    assertThat(refusals(read(file))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "publicURL: https://packages.example.org       | publicURL",
        "publicUrl: packages.example.org               | publicUrl",
        "publicUrl: https://packages.example.org/a     | publicUrl",
        "image: {tag: 0.1}                             | image.tag",
        "kafka: {bootstrapServers: kafka}              | kafka.bootstrapServers",
        "kafka: {securityProtocol: TLS}                | kafka.securityProtocol",
        "packages: {configuration: {store.timeout: a}} | store.timeout",
        "packages: {configuration: {A_PASSWORD: a}}    | A_PASSWORD",
        "gateway: {scaling: {by: lag}}                 | gateway.scaling.by",
        "gateway: {scaling: {minReplicas: 0}}          | gateway.scaling.minReplicas",
        "formats: {oci: {scaling: {minimum: 0}}}       | minimum",
        "networkPolicies: {brokers: [{from: []}]}      | networkPolicies.brokers[0]"
      })
  void wrongValuesAreRefusedByName(String values, String name) throws IOException {
    assertThat(refusals(Manifests.parse(values).objects().get(0)))
        .singleElement()
        .asString()
        .contains(name);
  }

  private static Set<String> refusals(JsonNode values) throws IOException {
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
        .getSchema(schema())
        .validate(values)
        .stream()
        .map(ValidationMessage::getMessage)
        .collect(Collectors.toSet());
  }

  /** A value that nobody reads is taken without a word; one that nobody shows, nobody finds. */
  @Test
  void everyValueIsShownAndRead() throws IOException {
    String shown = Files.readString(chart().resolve("values.yaml"));
    Set<String> read =
        WORD.matcher(templates()).results().map(w -> w.group()).collect(Collectors.toSet());
    // What charts of charts hand to all.
    assertThat(names(schema()))
        .filteredOn(name -> !name.equals("global"))
        .hasSizeGreaterThan(50)
        .allSatisfy(name -> assertThat(shown).containsPattern("(?m)^ *(# )?" + name + ":"))
        .allSatisfy(name -> assertThat(read).contains(name));
  }

  /** Of all properties that the schema allows, but for those of Kubernetes's own objects. */
  private static Set<String> names(JsonNode schema) {
    Set<String> names = new TreeSet<>();
    collect(schema, names);
    for (String shared : List.of("side", "signer")) {
      collect(schema.at("/definitions/" + shared), names);
    }
    return names;
  }

  private static void collect(JsonNode schema, Set<String> names) {
    JsonNode properties = schema.path("properties");
    properties.fieldNames().forEachRemaining(names::add);
    properties.forEach(property -> collect(property, names));
  }
}
