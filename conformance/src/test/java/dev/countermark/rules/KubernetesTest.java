package dev.countermark.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Client;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pods of {@code deploy/k8s}. Stops what a cluster takes without a word and refuses, or does
 * wrong, an hour later: Deployments whose pods are not admitted, probes at ports where nobody
 * answers, budgets that let no node be drained.
 */
class KubernetesTest {
  /** Whoever has a port of his own for health has it by this setting; the last one counts. */
  private static final List<String> HEALTH_PORTS =
      List.of("quarkus.http.port", "quarkus.http.ssl-port", "quarkus.management.port");

  /** What the restricted level lets a pod mount. */
  private static final Set<String> VOLUMES = Set.of("configMap", "csi", "emptyDir", "secret");

  /** By the name of a pod: where the properties that are built into its service are. */
  private static final Map<String, String> SERVICES =
      Map.of(
          "upload-gateway", "upload-gateway/app",
          "signer", "signer-service/app",
          "key-service", "key-service");

  @TempDir private static Path work;
  private static Manifests trial;

  @BeforeAll
  static void read() throws IOException {
    trial =
        Client.find("kubectl").isPresent()
            ? Manifests.rendered(work, "overlays/single-node")
            : Manifests.written("base", "overlays/single-node");
  }

  private static String name(JsonNode workload) {
    return workload.at("/spec/template/metadata/labels").path(Manifests.NAME).asText();
  }

  private static List<JsonNode> services() {
    List<JsonNode> services =
        trial.workloads().stream().filter(w -> SERVICES.containsKey(name(w))).toList();
    // A rule over nothing always holds.
    assertThat(services).extracting(KubernetesTest::name).containsAll(SERVICES.keySet());
    return services;
  }

  @Test
  void everyPodIsRestricted() {
    assertThat(trial.workloads())
        .allSatisfy(
            workload -> {
              JsonNode pod = workload.at("/spec/template/spec");
              JsonNode security = pod.path("securityContext");
              assertThat(security.path("runAsNonRoot").asBoolean()).isTrue();
              assertThat(security.path("runAsUser").asInt()).isPositive();
              assertThat(security.path("fsGroup")).isEqualTo(security.path("runAsGroup"));
              assertThat(security.at("/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
              assertThat(pod.path("hostNetwork").asBoolean()).isFalse();
              assertThat(pod.path("volumes"))
                  .allSatisfy(
                      volume -> {
                        Set<String> kinds = new TreeSet<>();
                        volume.fieldNames().forEachRemaining(kinds::add);
                        kinds.remove("name");
                        assertThat(VOLUMES).containsAll(kinds);
                      });
              assertThat(pod.path("containers"))
                  .isNotEmpty()
                  .allSatisfy(KubernetesTest::restricted);
              assertThat(pod.has("initContainers")).isFalse();
            });
  }

  private static void restricted(JsonNode container) {
    JsonNode security = container.path("securityContext");
    assertThat(security.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(security.path("readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(security.path("privileged").asBoolean()).isFalse();
    assertThat(Manifests.texts(security.at("/capabilities/drop"))).containsExactly("ALL");
    assertThat(container.path("ports"))
        .allSatisfy(port -> assertThat(port.has("hostPort")).isFalse());
  }

  @Test
  void namespacesEnforceThat() throws IOException {
    for (String overlay : List.of("overlays/single-node", "overlays/production")) {
      assertThat(Manifests.written(overlay).of("Namespace"))
          .singleElement()
          .extracting(n -> n.at("/metadata/labels"))
          .satisfies(
              labels -> {
                String mode = "pod-security.kubernetes.io/enforce";
                assertThat(labels.path(mode).asText()).isEqualTo("restricted");
                assertThat(labels.path(mode + "-version").asText()).matches("v1\\.\\d+");
              });
    }
  }

  /** Nobody asks the API server, so that nobody who breaks in can. */
  @Test
  void nobodyHasATokenOrARight() {
    Set<String> accounts = new TreeSet<>();
    for (JsonNode account : trial.of("ServiceAccount")) {
      accounts.add(Manifests.name(account));
      assertThat(account.path("automountServiceAccountToken").asBoolean(true)).isFalse();
    }
    assertThat(trial.workloads())
        .allSatisfy(
            workload -> {
              JsonNode pod = workload.at("/spec/template/spec");
              assertThat(accounts).contains(pod.path("serviceAccountName").asText());
              assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
              // A Service named kafka would otherwise set KAFKA_PORT, which is a key of ours.
              assertThat(pod.path("enableServiceLinks").asBoolean(true)).isFalse();
            });
    assertThat(trial.of("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")).isEmpty();
  }

  /** Readiness may ask others, liveness never does: a restart would help none of them. */
  @Test
  void probesAskWhereTheServiceAnswers() throws IOException {
    for (JsonNode service : services()) {
      JsonNode container = service.at("/spec/template/spec/containers/0");
      String port = healthPort(name(service));
      assertProbe(container, "startupProbe", "/q/health/live", port);
      assertProbe(container, "livenessProbe", "/q/health/live", port);
      boolean ofClients = name(service).equals("upload-gateway");
      String ready = ofClients ? "/q/health/group/serving" : "/q/health/ready";
      assertProbe(container, "readinessProbe", ready, port);
      JsonNode startup = container.path("startupProbe");
      assertThat(startup.path("periodSeconds").asInt() * startup.path("failureThreshold").asInt())
          .as("seconds to start")
          .isBetween(60, 300);
      // What it asks itself may take two seconds.
      assertThat(container.at("/readinessProbe/timeoutSeconds").asInt()).isGreaterThan(2);
      assertThat(service.at("/spec/template/metadata/annotations/prometheus.io~1port").asText())
          .isEqualTo(port);
    }
  }

  private static void assertProbe(JsonNode container, String kind, String path, String port) {
    JsonNode request = container.path(kind).path("httpGet");
    assertThat(request.path("path").asText()).as(kind).isEqualTo(path);
    assertThat(container.path("ports"))
        .filteredOn(p -> p.path("name").equals(request.path("port")))
        .singleElement()
        .extracting(p -> p.path("containerPort").asText())
        .as(kind)
        .isEqualTo(port);
  }

  private static String healthPort(String service) throws IOException {
    Properties settings = settings(service);
    return HEALTH_PORTS.stream()
        .map(settings::getProperty)
        .filter(port -> port != null)
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  /** Those that are built in, and over them those that are deployed. */
  private static Properties settings(String service) throws IOException {
    Properties settings = new Properties();
    String name = "application.properties";
    for (Path file :
        List.of(
            Checkout.root()
                .resolve(SERVICES.get(service))
                .resolve("src/main/resources")
                .resolve(name),
            Manifests.root().resolve("base").resolve(service).resolve(name))) {
      try (Reader reader = Files.newBufferedReader(file)) {
        settings.load(reader);
      }
    }
    return settings;
  }

  @Test
  void whatIsUnderWayIsFinishedWithinTheGracePeriod() throws IOException {
    for (JsonNode service : services()) {
      Properties settings = settings(name(service));
      Duration patience =
          Duration.parse(settings.getProperty("quarkus.shutdown.delay", "PT0S"))
              .plus(Duration.parse(settings.getProperty("quarkus.shutdown.timeout", "PT0S")));
      JsonNode pod = service.at("/spec/template/spec");
      int before = pod.at("/containers/0/lifecycle/preStop/sleep/seconds").asInt();
      assertThat(pod.path("terminationGracePeriodSeconds").asLong())
          .as(name(service))
          .isGreaterThan(before + patience.toSeconds() + 5)
          .isGreaterThanOrEqualTo(30);
      assertThat(service.at("/spec/strategy/rollingUpdate/maxUnavailable").asInt(1)).isZero();
    }
  }

  /** A budget that lets nothing go, of a workload of one, blocks every drain. */
  @Test
  void everyServiceHasABudgetThatLetsANodeBeDrained() {
    for (JsonNode service : services()) {
      JsonNode labels = service.at("/spec/selector/matchLabels");
      assertThat(trial.of("PodDisruptionBudget"))
          .filteredOn(budget -> budget.at("/spec/selector/matchLabels").equals(labels))
          .as(Manifests.name(service))
          .singleElement()
          .satisfies(
              budget -> {
                JsonNode spec = budget.path("spec");
                int least = spec.path("minAvailable").asInt();
                assertThat(service.at("/spec/replicas").asInt(1)).isGreaterThan(least);
                assertThat(spec.path("maxUnavailable").asInt() + least).isEqualTo(1);
              });
    }
  }

  /** At half a core a cold start takes 9 seconds and more, so there is no limit of the CPU. */
  @Test
  void everyContainerSaysWhatItNeeds() {
    assertThat(trial.workloads())
        .flatExtracting(w -> Manifests.each(w.at("/spec/template/spec/containers")).toList())
        .allSatisfy(
            container -> {
              JsonNode resources = container.path("resources");
              assertThat(resources.path("requests").has("cpu")).isTrue();
              assertThat(resources.path("requests").has("memory")).isTrue();
              assertThat(resources.path("limits").has("memory")).isTrue();
              assertThat(resources.path("limits").has("cpu")).isFalse();
            });
  }

  @Test
  void imagesHaveOneVersionEach(@TempDir Path copy) throws IOException {
    String version = Checkout.version();
    Map<String, Set<String>> tags = new TreeMap<>();
    for (JsonNode image : Manifests.rendered(copy, "overlays/production").workloads()) {
      tag(tags, image.at("/spec/template/spec/containers/0/image").asText());
    }
    for (JsonNode image : trial.workloads()) {
      tag(tags, image.at("/spec/template/spec/containers/0/image").asText());
    }

    assertThat(tags.keySet())
        .containsExactlyInAnyOrder(
            "countermark/upload-gateway",
            "countermark/signer",
            "countermark/key-service",
            "apache/kafka",
            "minio/minio");
    tags.forEach(
        (image, found) -> {
          assertThat(found).as(image).hasSize(1);
          if (image.startsWith("countermark/")) {
            assertThat(found).as(image).containsExactly(version);
          }
        });
  }

  private static void tag(Map<String, Set<String>> tags, String image) {
    int colon = image.lastIndexOf(':');
    assertThat(colon).as(image).isPositive();
    String repository = image.substring(0, colon).replaceFirst("^[a-z.]+\\.[a-z]+/", "");
    tags.computeIfAbsent(repository, r -> new TreeSet<>()).add(image.substring(colon + 1));
  }

  /** A pod whose Secret or ConfigMap is misspelt waits for ever, and says so in an event only. */
  @Test
  void whatPodsMountIsThere(@TempDir Path copy) throws IOException {
    Manifests rendered = Manifests.rendered(copy, "overlays/single-node");
    Set<String> there =
        rendered.of("ConfigMap", "Secret").stream()
            .map(o -> o.path("kind").asText() + " " + Manifests.name(o))
            .collect(Collectors.toSet());

    assertThat(rendered.workloads())
        .flatExtracting(KubernetesTest::mounted)
        .hasSizeGreaterThan(15)
        .allSatisfy(named -> assertThat(there).contains(named));
  }

  private static List<String> mounted(JsonNode workload) {
    Set<String> named = new TreeSet<>();
    JsonNode pod = workload.at("/spec/template/spec");
    for (JsonNode volume : pod.path("volumes")) {
      if (volume.has("secret")) {
        named.add("Secret " + volume.at("/secret/secretName").asText());
      } else if (volume.has("configMap")) {
        named.add("ConfigMap " + volume.at("/configMap/name").asText());
      }
    }
    for (JsonNode from : pod.at("/containers/0/envFrom")) {
      named.add("ConfigMap " + from.at("/configMapRef/name").asText());
    }
    return List.copyOf(named);
  }

  /** Secrets are files: an environment is seen by whoever lists processes or pods. */
  @Test
  void noSecretIsInAnEnvironment() {
    assertThat(trial.workloads())
        .flatExtracting(w -> Manifests.each(w.at("/spec/template/spec/containers")).toList())
        .allSatisfy(
            container -> {
              assertThat(container.path("env"))
                  .allSatisfy(set -> assertThat(set.has("valueFrom")).isFalse());
              assertThat(container.path("envFrom"))
                  .allSatisfy(set -> assertThat(set.has("secretRef")).isFalse());
            });
  }
}
