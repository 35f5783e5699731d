package dev.countermark.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.junit.jupiter.api.Test;

/**
 * Every setting that {@code deploy/k8s} and the compose file make is one that a service reads.
 * Stops a key with a mistake, which is taken for nothing without a word, and one that is renamed.
 */
class KubernetesSettingsTest {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `(countermark\\.[^`]+)` \\|");
  private static final String KAFKA = "KAFKA_";

  /** Quarkus's own that are read when it starts; those of the build would be ignored. */
  private static final Set<String> QUARKUS =
      Set.of(
          "quarkus.http.insecure-requests",
          "quarkus.http.ssl-port",
          "quarkus.log.console.json.enabled",
          "quarkus.shutdown.delay",
          "quarkus.shutdown.timeout",
          "quarkus.tls.key-store.pem.service.cert",
          "quarkus.tls.key-store.pem.service.key",
          "quarkus.tls.trust-store.pem.certs");

  private static List<String> keys() throws IOException {
    String page = Files.readString(Checkout.root().resolve("docs/configuration.md"));
    List<String> keys = ROW.matcher(page).results().map(row -> row.group(1)).distinct().toList();
    assertThat(keys).hasSizeGreaterThan(50);
    return keys;
  }

  /** By folder: what its pods read from a file. */
  private static Map<String, Properties> files() throws IOException {
    Map<String, Properties> files = new TreeMap<>();
    for (Path file : Manifests.files(Manifests.root(), "application.properties")) {
      Properties properties = new Properties();
      try (Reader reader = Files.newBufferedReader(file)) {
        properties.load(reader);
      }
      files.put(file.getParent().getFileName().toString(), properties);
    }
    assertThat(files).hasSize(3);
    return files;
  }

  /** All that any overlay, the chart or the compose file sets in an environment of a service. */
  private static Set<String> variables() throws IOException {
    Set<String> variables = new TreeSet<>();
    for (JsonNode kustomization : Manifests.kustomizations()) {
      for (JsonNode map : kustomization.path("configMapGenerator")) {
        Manifests.texts(map.path("literals")).forEach(l -> variables.add(l.replaceAll("=.*", "")));
      }
      kustomization
          .findValuesAsText("patch")
          .forEach(
              patch ->
                  Pattern.compile("- name: ([A-Z_]+)$", Pattern.MULTILINE)
                      .matcher(patch)
                      .results()
                      .forEach(name -> variables.add(name.group(1))));
    }
    Pattern set = Pattern.compile("\"((?:COUNTERMARK|KAFKA)_[A-Z_]+)\"");
    for (Path template : Manifests.files(HelmChartTest.chart().resolve("templates"), "")) {
      set.matcher(Files.readString(template))
          .results()
          .forEach(name -> variables.add(name.group(1)));
    }
    assertThat(variables).hasSizeGreaterThan(10);
    ComposeTest.file()
        .path("services")
        .forEach(
            service -> {
              if (service.path("image").asText().startsWith("countermark/")) {
                service.path("environment").fieldNames().forEachRemaining(variables::add);
              }
            });
    return variables;
  }

  @Test
  void everySettingOfAFileExists() throws IOException {
    List<Pattern> known =
        keys().stream()
            .map(key -> Pattern.compile(Pattern.quote(key).replace("<name>", "\\E[a-z-]+\\Q")))
            .toList();

    assertThat(files().values().stream().map(Properties::stringPropertyNames).flatMap(Set::stream))
        .filteredOn(key -> !QUARKUS.contains(key))
        .hasSizeGreaterThan(20)
        .allSatisfy(key -> assertThat(known).anyMatch(k -> k.matcher(key).matches()));
  }

  @Test
  void everyVariableExists() throws IOException {
    List<Pattern> known =
        keys().stream()
            .map(key -> Stream.of(key.split("<name>", -1)))
            .map(parts -> parts.map(KubernetesSettingsTest::variable))
            .map(parts -> Pattern.compile(parts.collect(Collectors.joining("[A-Z_]+"))))
            .toList();
    Set<String> kafka =
        AdminClientConfig.configNames().stream()
            .map(name -> KAFKA + variable(name))
            .collect(Collectors.toSet());

    assertThat(variables())
        .filteredOn(name -> !name.equals("SMALLRYE_CONFIG_LOCATIONS"))
        .allSatisfy(
            name -> {
              if (name.startsWith(KAFKA)) {
                assertThat(kafka).contains(name);
              } else {
                assertThat(known).as(name).anyMatch(k -> k.matcher(name).matches());
              }
            });
  }

  /** As MicroProfile names it. */
  private static String variable(String key) {
    return key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }

  /** Either would win, and nobody would know which. */
  @Test
  void nothingIsSetInBoth() throws IOException {
    Set<String> variables = variables();
    assertThat(files().values().stream().flatMap(f -> f.stringPropertyNames().stream()))
        .allSatisfy(key -> assertThat(variables).doesNotContain(variable(key)));
  }

  /** The key service knows a signer by the subject of its certificate, which a script makes. */
  @Test
  void whoeverCallsTheKeyServiceIsKnownThere() throws IOException {
    String prefix = "countermark.keyservice.clients.";
    Properties keyService = files().get("key-service");
    Set<String> clients =
        keyService.stringPropertyNames().stream()
            .filter(key -> key.startsWith(prefix))
            .map(key -> key.substring(prefix.length()).replaceAll("\\..*", ""))
            .collect(Collectors.toCollection(TreeSet::new));
    List<String> signers = signers();

    assertThat(clients)
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(signers.stream(), Stream.of("operator", "upload-gateway")).toList());
    assertThat(clients)
        .allSatisfy(
            name -> {
              String client = prefix + name + ".";
              boolean signs = signers.contains(name);
              assertThat(keyService).containsEntry(client + "certificate-subject", "CN=" + name);
              assertThat(keyService.getProperty(client + "may-sign", "false"))
                  .isEqualTo(Boolean.toString(signs));
              if (signs) {
                assertThat(keyService)
                    .containsEntry(client + "purposes", name.substring("signer-".length()));
              }
            });
    String script = Files.readString(Manifests.root().resolveSibling("secrets").resolve("make"));
    assertThat(script).contains("for client in upload-gateway " + String.join(" ", signers));
  }

  /** A format that has a signer has one to deploy, with its name and nothing else's. */
  @Test
  void everyFormatHasASigner() throws IOException {
    for (String signer : signers()) {
      String label = signer.substring("signer-".length());
      String text =
          Files.readString(
              Manifests.root().resolve("base").resolve(signer).resolve("kustomization.yaml"));
      assertThat(text)
          .contains(
              "nameSuffix: -" + label + "\n",
              "countermark.dev/format: " + label + "\n",
              "value: " + label + "\n",
              "value: " + signer + "\n");
    }
    assertThat(Files.readString(Manifests.root().resolve("base/kustomization.yaml")))
        .contains(signers().stream().map(s -> "  - " + s + "\n").toList());
  }

  /** By the modules of the build. */
  static List<String> signers() throws IOException {
    List<String> signers =
        Checkout.modules().stream().filter(m -> m.matches("signer-(?!service)[a-z0-9]+")).toList();
    assertThat(signers).hasSizeGreaterThan(2);
    return signers.stream().sorted().toList();
  }
}
