package dev.countermark.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.conformance.Client;
import dev.countermark.conformance.Client.Home;
import dev.countermark.conformance.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@code helm template} makes is what {@code kubectl kustomize} makes for the same settings,
 * object by object. Two things differ by nature: kustomize has the content of a ConfigMap in its
 * name, helm in an annotation of the pods that read it; and a release cannot bring the namespace
 * that it lies in.
 */
class HelmTemplateTest {
  private static final String CHECKSUM = "checksum/configuration";
  private static final String KUSTOMIZATION = "overlays/production/kustomization.yaml";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path work;
  private static Client helm;
  private static Home home;
  private static Path chart;
  private static Path trial;

  @BeforeAll
  static void copy() throws IOException {
    helm = Client.require("helm");
    home = Home.create(work, Map.of());
    // Without links, of each of which helm tells.
    chart = work.resolve("chart");
    Manifests.copy(HelmChartTest.chart(), chart);
    try (var values = HelmTemplateTest.class.getResourceAsStream("trial-values.yaml")) {
      trial = Files.write(work.resolve("trial-values.yaml"), values.readAllBytes());
    }
  }

  private static Command.Result helm(Path values, String... settings) {
    return template(chart, Stream.concat(Stream.of("-f", values.toString()), sets(settings)));
  }

  private static Stream<String> sets(String... settings) {
    return Arrays.stream(settings).flatMap(setting -> Stream.of("--set-json", setting));
  }

  private static Command.Result template(Path chart, Stream<String> arguments) {
    List<String> command =
        new ArrayList<>(List.of("template", "countermark", chart.toString(), "-n", "countermark"));
    // A helm that is built by itself takes the cluster for an old one.
    command.addAll(List.of("--kube-version", "1.33.0"));
    arguments.forEach(command::add);
    return helm.run(home, command.toArray(String[]::new));
  }

  private static Manifests templated(Path values, String... settings) throws IOException {
    return Manifests.parse(helm(values, settings).succeeded().output());
  }

  private static Path production() {
    return chart.resolve("production.yaml");
  }

  /**
   * The example for production with other choices.
   *
   * @param edits of its kustomization: what stands there, and what instead
   * @param settings of the chart
   */
  private record Choice(String name, Map<String, String> edits, List<String> settings) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Choice> choices() {
    String keda = "  - ../../components/keda\n";
    String authentication = "  - kafka-authentication.yaml\n";
    return Stream.of(
        new Choice("as it is", Map.of(), List.of()),
        new Choice(
            "Gateway API",
            Map.of("components/ingress", "components/gateway-api"),
            List.of(
                "ingress.enabled=false",
                "gatewayApi={\"enabled\":true,"
                    + "\"parentRefs\":[{\"name\":\"public\",\"namespace\":\"gateways\"}]}")),
        new Choice(
            "signers by CPU",
            Map.of("components/keda", "components/hpa", authentication, ""),
            List.of("signer.scaling.by=\"cpu\"")),
        new Choice(
            "nothing scales signers",
            Map.of(keda, "", authentication, ""),
            List.of("signer.scaling.by=\"none\"")),
        new Choice(
            "root secret from a vault",
            Map.of(keda, keda + "  - ../../components/root-secret-csi\n"),
            List.of("keyService.rootSecretProviderClass=\"countermark-root\"")),
        new Choice(
            "no monitoring",
            Map.of("  - ../../components/monitoring\n", ""),
            List.of("monitoring.enabled=false")));
  }

  @ParameterizedTest
  @MethodSource("choices")
  void isTheExampleForProduction(Choice choice, @TempDir Path copy) throws IOException {
    Manifests.copy(Manifests.root(), copy);
    Path file = copy.resolve(KUSTOMIZATION);
    String text = Files.readString(file);
    for (Map.Entry<String, String> edit : choice.edits().entrySet()) {
      assertThat(text).contains(edit.getKey());
      text = text.replace(edit.getKey(), edit.getValue());
    }
    Files.writeString(file, text);

    Map<String, JsonNode> wanted = plain(Manifests.kustomized(copy, "overlays/production"));
    wanted.keySet().removeIf(name -> name.startsWith("Namespace "));
    assertSame(templated(production(), choice.settings().toArray(String[]::new)), wanted);
  }

  /** All but the broker, the stores and their secrets. */
  @ParameterizedTest
  @CsvSource({"overlays/single-node, none, false", "overlays/single-node-keda, lag, true"})
  void isTheTrial(String overlay, String by, boolean monitoring, @TempDir Path copy)
      throws IOException {
    Map<String, JsonNode> wanted = plain(Manifests.rendered(copy, overlay));
    Set<String> others = new TreeSet<>(Set.of("NetworkPolicy kafka-from-keda"));
    for (String file : List.of("kafka.yaml", "stores.yaml")) {
      others.addAll(
          plain(Manifests.parse(Files.readString(copy.resolve("overlays/single-node/" + file))))
              .keySet());
    }
    for (String state : List.of("kafka", "packages-store", "keys-store")) {
      others.add("NetworkPolicy " + state);
    }
    wanted.keySet().removeIf(name -> name.matches("(Namespace|Secret) .*"));
    wanted.keySet().removeAll(others);

    assertSame(
        templated(trial, "signer.scaling.by=\"" + by + "\"", "monitoring.enabled=" + monitoring),
        wanted);
  }

  private static void assertSame(Manifests templated, Map<String, JsonNode> wanted)
      throws IOException {
    Map<String, JsonNode> found = plain(released(templated));
    assertThat(found.keySet()).isEqualTo(wanted.keySet()).hasSizeGreaterThan(30);
    wanted.forEach((name, object) -> assertThat(found.get(name)).as(name).isEqualTo(object));
  }

  /** Without what a release adds to each object. */
  private static Manifests released(Manifests templated) {
    for (JsonNode object : templated.objects()) {
      ObjectNode labels = (ObjectNode) object.at("/metadata/labels");
      assertThat(labels.remove("helm.sh/chart")).isNotNull();
      assertThat(labels.remove("app.kubernetes.io/managed-by")).isNotNull();
    }
    for (JsonNode deployment : templated.of("Deployment")) {
      ObjectNode annotations = (ObjectNode) deployment.at("/spec/template/metadata/annotations");
      assertThat(annotations.remove(CHECKSUM)).isNotNull();
    }
    return templated;
  }

  /** By kind and name; that of a ConfigMap, and of what reads it, without kustomize's ending. */
  private static Map<String, JsonNode> plain(Manifests manifests) throws IOException {
    String text = JSON.writeValueAsString(manifests.objects());
    for (JsonNode map : manifests.of("ConfigMap")) {
      String name = Manifests.name(map);
      text = text.replace(name, name.replaceFirst("-[a-z0-9]{10}$", ""));
    }
    Map<String, JsonNode> plain = new TreeMap<>();
    for (JsonNode object : JSON.readTree(text)) {
      String name = object.path("kind").asText() + " " + Manifests.name(object);
      assertThat(plain.put(name, object)).as(name).isNull();
      if (object.at("/spec/template/spec") instanceof ObjectNode pod) {
        // In no order; a patch puts what it names first.
        pod.putArray("volumes").addAll(sorted(pod.path("volumes")));
      }
    }
    return plain;
  }

  private static List<JsonNode> sorted(JsonNode named) {
    return Manifests.each(named)
        .sorted(Comparator.comparing(n -> n.path("name").asText()))
        .toList();
  }

  /** Pods read their configuration when they start. */
  @Test
  void podsAreReplacedWhenWhatTheyReadChanges() throws IOException {
    Map<String, String> before = checksums();

    assertThat(before).hasSize(5);
    assertThat(changed(before, "packages.configuration.COUNTERMARK_STORE_TIMEOUT=\"30s\""))
        .containsExactly("signer-nuget", "signer-oci", "signer-swift", "upload-gateway");
    assertThat(changed(before, "keys.store.region=\"eu-west-1\"")).containsExactly("key-service");
    assertThat(changed(before, "gateway.behindAProxy=false")).containsExactly("upload-gateway");
    assertThat(changed(before, "ingress.enabled=false")).isEmpty();
  }

  private static Set<String> changed(Map<String, String> before, String setting)
      throws IOException {
    Map<String, String> after = checksums(setting);
    Set<String> names = new TreeSet<>(before.keySet());
    names.removeIf(name -> before.get(name).equals(after.get(name)));
    return names;
  }

  private static Map<String, String> checksums(String... settings) throws IOException {
    Map<String, String> checksums = new TreeMap<>();
    for (JsonNode deployment : templated(production(), settings).of("Deployment")) {
      JsonNode annotations = deployment.at("/spec/template/metadata/annotations");
      checksums.put(Manifests.name(deployment), annotations.path(CHECKSUM).asText());
    }
    return checksums;
  }

  @Test
  void aFormatHasItsOwnOverThoseOfAll() throws IOException {
    Manifests templated =
        templated(
            production(),
            "signer.resources={\"limits\":{\"memory\":\"1Gi\"}}",
            "formats.swift.enabled=false",
            "formats.oci.scaling.minReplicas=0",
            "formats.oci.resources={\"limits\":{\"memory\":\"2Gi\"}}");

    assertThat(templated.of("Deployment", "ScaledObject", "ServiceAccount"))
        .extracting(Manifests::name)
        .contains("signer-nuget", "signer-oci")
        .doesNotContain("signer-swift");
    assertThat(templated.of("ScaledObject"))
        .extracting(s -> Manifests.name(s) + " " + s.at("/spec/minReplicaCount"))
        .containsExactly("signer-nuget 1", "signer-oci 0");
    assertThat(templated.of("Deployment"))
        .extracting(d -> d.at("/spec/template/spec/containers/0/resources/limits/memory").asText())
        .contains("1Gi", "2Gi");
  }

  @ParameterizedTest
  @CsvSource({
    "gateway, upload-gateway",
    "signer, signer-nuget",
    "formats.oci, signer-oci",
    "keyService, key-service"
  })
  void whatIsSetOfPodsIsInThem(String values, String name) throws IOException {
    ObjectNode pod = JSON.createObjectNode();
    pod.putObject("nodeSelector").put("pool", "signing");
    pod.putArray("tolerations").addObject().put("key", "signing");
    pod.putObject("affinity").putObject("podAffinity");
    pod.putArray("topologySpreadConstraints").addObject().put("maxSkew", 2);
    pod.put("priorityClassName", "high");
    ObjectNode set = pod.deepCopy();
    set.put("image", "registry.example.org/signed@sha256:00");
    set.put("secretName", "mine");
    set.putObject("env").put("COUNTERMARK_TRACING_ENDPOINT", "http://collector:4317");
    set.putObject("podLabels").put("team", "signing");
    set.putObject("podAnnotations").put("prometheus.io/scrape", "false");
    ObjectNode resources = set.putObject("resources");
    resources.putObject("limits").put("memory", "3Gi");

    JsonNode template =
        templated(production(), values + "=" + set, "image.pullSecrets=[\"pull\"]")
            .of("Deployment")
            .stream()
            .filter(deployment -> Manifests.name(deployment).equals(name))
            .map(deployment -> deployment.at("/spec/template"))
            .findFirst()
            .orElseThrow();

    JsonNode spec = template.path("spec");
    JsonNode container = spec.at("/containers/0");
    pod.properties().forEach(e -> assertThat(spec.path(e.getKey())).isEqualTo(e.getValue()));
    assertThat(spec.at("/imagePullSecrets/0/name").asText()).isEqualTo("pull");
    assertThat(container.path("image")).isEqualTo(set.path("image"));
    assertThat(container.path("resources")).isEqualTo(resources);
    assertThat(container.path("env").toString()).contains("COUNTERMARK_TRACING_ENDPOINT");
    assertThat(spec.path("volumes").toString()).contains("{\"secretName\":\"mine\"}");
    assertThat(template.at("/metadata/labels/team").asText()).isEqualTo("signing");
    assertThat(template.at("/metadata/annotations/prometheus.io~1scrape").asText())
        .isEqualTo("false");
  }

  @ParameterizedTest
  @CsvSource({
    "publicUrl=\"\", publicUrl",
    "packages.store.endpoint=\"\", packages.store.endpoint",
    "keys.store.accessKey=\"\", keys.store.accessKey",
    "kafka.bootstrapServers=\"\", kafka.bootstrapServers",
    "networkPolicies.brokers=[], networkPolicies.brokers",
    "gatewayApi.enabled=true, gatewayApi.parentRefs",
    "kafka.saslMechanism=\"GSSAPI\", kafka.saslMechanism",
    "formats.cargo={}, formats.cargo",
    "'signer.scaling={\"by\":\"cpu\",\"minReplicas\":0}', scaling.minReplicas",
    "gateway.sclaing={}, sclaing"
  })
  void whatCannotBeIsRefusedByName(String setting, String name) {
    Command.Result result = helm(production(), setting);

    assertThat(result.exitCode()).isNotZero();
    assertThat(result.output()).startsWith("Error:").contains(name);
  }

  @Test
  void lintHasNothingToSay() {
    for (String values : List.of("values.yaml", "production.yaml")) {
      Command.Result result =
          helm.run(home, "lint", "--strict", "-f", chart.resolve(values).toString(), chart + "");
      assertThat(result.succeeded().output())
          .contains("0 chart(s) failed")
          .doesNotContain("WARNING", "ERROR");
    }
  }

  /** A package has no links, and what they lead to. */
  @Test
  void aPackageMakesTheSame() throws IOException {
    String[] command = {
      "package", HelmChartTest.chart().toString(), "-d", home.directory().toString()
    };
    helm.run(home, command).succeeded();
    Path packaged = home.directory().resolve("countermark-" + Checkout.version() + ".tgz");
    Stream<String> values = Stream.of("-f", production().toString());

    assertThat(template(packaged, values).succeeded().output())
        .isEqualTo(helm(production()).succeeded().output());
  }

  /** Notes are for who installs, which takes a cluster; a template can show them as well. */
  @Test
  void notesSayWhatIsMissing(@TempDir Path copy) throws IOException {
    Manifests.copy(chart, copy);
    Files.writeString(
        copy.resolve("templates/notes.yaml"),
        "{{ dict \"kind\" \"Notes\" \"text\" (include \"countermark/templates/NOTES.txt\" .)"
            + " | toYaml }}\n");
    Stream<String> values = Stream.of("-f", production().toString(), "-s", "templates/notes.yaml");

    String notes =
        Manifests.parse(template(copy, values).succeeded().output())
            .of("Notes")
            .get(0)
            .path("text")
            .asText();

    for (String secret :
        List.of(
            "upload-gateway",
            "upload-gateway-kafka",
            "upload-gateway-tls",
            "signer-nuget",
            "signer-kafka",
            "key-service",
            "key-service-root",
            "keda-kafka")) {
      assertThat(notes).contains("     " + secret + "\n");
    }
    assertThat(notes).contains("The platform is at https://packages.example.org;");
  }
}
