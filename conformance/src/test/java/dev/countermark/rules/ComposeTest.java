package dev.countermark.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.countermark.conformance.Client;
import dev.countermark.conformance.Client.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/**
 * What {@code docker-compose.yml} promises, as data. Stops a service that is added without the
 * limits of the others, and a network that somebody opens to look into something.
 */
class ComposeTest {
  static final Path FILE = Checkout.root().resolve("docker-compose.yml");

  private static final String SETUP = "setup";
  private static final Pattern PINNED = Pattern.compile("^ +image: ([a-z]+/[a-z]+):([^$\\s]+)$");

  /** The file with its anchors and merges resolved. */
  static JsonNode file() throws IOException {
    Map<String, Object> file = new Yaml().load(Files.readString(FILE));
    return new ObjectMapper().valueToTree(file);
  }

  private static Map<String, JsonNode> services() throws IOException {
    Map<String, JsonNode> services = new TreeMap<>();
    file().path("services").fields().forEachRemaining(e -> services.put(e.getKey(), e.getValue()));
    return services;
  }

  private static Set<String> texts(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void everyServiceIsConfined() throws IOException {
    services()
        .forEach(
            (name, service) -> {
              assertThat(service.path("read_only").asBoolean()).as(name).isTrue();
              assertThat(texts(service.path("cap_drop"))).as(name).containsExactly("ALL");
              assertThat(texts(service.path("security_opt")))
                  .as(name)
                  .containsExactly("no-new-privileges:true");
              assertThat(service.has("container_name")).as("%s can be scaled", name).isFalse();
              assertThat(service.has("privileged")).as(name).isFalse();
              if (!name.equals(SETUP)) {
                assertThat(service.has("mem_limit")).as(name).isTrue();
                assertThat(service.has("healthcheck"))
                    .as("what --wait looks at: %s", name)
                    .isTrue();
                assertThat(service.path("restart").asText()).as(name).isEqualTo("unless-stopped");
                assertThat(service.at("/logging/options/max-size").asText()).as(name).isNotEmpty();
                assertThat(service.at("/depends_on/setup/condition").asText())
                    .as(name)
                    .isEqualTo("service_completed_successfully");
              }
            });
  }

  /** Not one secret, and of all that could be one no value but a file's name. */
  @Test
  void secretsAreFiles() throws IOException {
    services()
        .forEach(
            (name, service) ->
                service
                    .path("environment")
                    .fields()
                    .forEachRemaining(
                        variable -> {
                          if (variable
                              .getKey()
                              .matches(".*(PASSWORD|SECRET|TOKEN|CREDENTIAL)(_.*)?")) {
                            assertThat(variable.getKey()).as(name).endsWith("_FILE");
                            assertThat(variable.getValue().asText()).startsWith("/run/secrets/");
                          }
                        }));
    // Each service's own, and nobody else's but the one that hands them out.
    Map<String, Set<String>> mounts = new TreeMap<>();
    services()
        .forEach(
            (name, service) ->
                texts(service.path("volumes")).stream()
                    .filter(volume -> volume.matches("(.*-secrets|root-secret|installation):.*"))
                    .filter(volume -> !name.equals(SETUP))
                    .forEach(
                        volume -> {
                          assertThat(volume).as(name).endsWith(":ro");
                          mounts
                              .computeIfAbsent(volume.replaceAll(":.*", ""), v -> new TreeSet<>())
                              .add(name);
                        }));
    assertThat(mounts).doesNotContainKey("installation");
    mounts.forEach(
        (volume, names) ->
            assertThat(names)
                .as(volume)
                .containsExactly(
                    volume.equals("root-secret") ? "key-service" : volume.replace("-secrets", "")));
  }

  /** Whom a service can reach, by any network, as the trust borders draw it. */
  @Test
  void networksAreBordersOfTrust() throws IOException {
    Map<String, Set<String>> members = new TreeMap<>();
    services()
        .forEach(
            (name, service) ->
                texts(service.path("networks"))
                    .forEach(n -> members.computeIfAbsent(n, k -> new TreeSet<>()).add(name)));
    Set<String> packages = new TreeSet<>(signers());
    packages.add("upload-gateway");
    Set<String> keys = new TreeSet<>(packages);
    packages.addAll(Set.of("kafka", "packages-store"));
    keys.addAll(Set.of("key-service", "prometheus"));

    assertThat(members)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "clients", Set.of("upload-gateway", "grafana"),
                "packages", packages,
                "keys", keys,
                "keys-store", Set.of("key-service", "keys-store"),
                "watching", Set.of("prometheus", "grafana")));
    JsonNode networks = file().path("networks");
    assertThat(members.keySet())
        .allSatisfy(
            network ->
                assertThat(networks.path(network).path("internal").asBoolean())
                    .as(network)
                    .isEqualTo(!network.equals("clients")));
    assertThat(services().get(SETUP).path("network_mode").asText()).isEqualTo("none");
  }

  private static Set<String> signers() throws IOException {
    try (Stream<Path> folders = Files.list(Manifests.root().resolve("base"))) {
      return folders
          .map(folder -> folder.getFileName().toString())
          .filter(name -> name.startsWith("signer-"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @Test
  void onlyWhatPeopleUseIsPublishedAndOnlyHere() throws IOException {
    services()
        .forEach(
            (name, service) -> {
              boolean forPeople = Set.of("upload-gateway", "grafana").contains(name);
              assertThat(texts(service.path("ports")))
                  .as(name)
                  .hasSize(forPeople ? 1 : 0)
                  .allSatisfy(
                      port -> assertThat(port).startsWith("${COUNTERMARK_LISTEN:-127.0.0.1}:"));
            });
  }

  /** One release of each in all that the project deploys. */
  @Test
  void versionsAreThoseOfKubernetes() throws IOException {
    Map<String, String> versions = new TreeMap<>();
    for (String line : Files.readAllLines(FILE)) {
      var image = PINNED.matcher(line);
      if (image.matches()) {
        versions.put(image.group(1), image.group(2));
      }
    }
    assertThat(versions)
        .containsOnlyKeys("apache/kafka", "grafana/grafana", "minio/minio", "prom/prometheus");
    String trial =
        Files.readString(Manifests.root().resolve("overlays/single-node/kustomization.yaml"));
    for (String image : List.of("apache/kafka", "minio/minio")) {
      assertThat(trial).contains("name: " + image + "\n    newTag: " + versions.get(image) + "\n");
    }
    String base = Files.readString(Manifests.root().resolve("base/kustomization.yaml"));
    Set<String> ours = new TreeSet<>();
    services().values().forEach(service -> ours.add(service.path("image").asText()));
    assertThat(ours)
        .filteredOn(image -> image.startsWith("countermark/"))
        .hasSize(3)
        .allSatisfy(
            image ->
                assertThat(image)
                    .endsWith(
                        ":${COUNTERMARK_VERSION:-"
                            + base.replaceAll("(?s).*newTag: (\\S+).*", "$1")
                            + "}"));
  }

  @Test
  void composeTakesTheFiles(@TempDir Path folder) throws IOException {
    Client compose = Client.require("docker-compose");
    Home home = Home.create(folder, Map.of());

    compose.run(home, "-f", FILE.toString(), "config", "--quiet").succeeded();
    compose
        .run(
            home,
            "-f",
            FILE.toString(),
            "-f",
            FILE.resolveSibling("deploy/compose/tls.yml").toString(),
            "config",
            "--quiet")
        .succeeded();
  }
}
