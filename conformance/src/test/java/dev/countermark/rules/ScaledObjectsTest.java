package dev.countermark.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.SignerGroups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What scales the signers asks for what they read. KEDA takes a trigger's key that is misspelt
 * without a word and goes by its default, and a topic that is would wake nobody.
 */
class ScaledObjectsTest {
  /** Of KEDA's documents; those that we set, or may have to. */
  private static final Set<String> KAFKA =
      Set.of(
          "bootstrapServers",
          "consumerGroup",
          "topic",
          "lagThreshold",
          "activationLagThreshold",
          "offsetResetPolicy",
          "limitToPartitionsWithLag",
          "sasl",
          "tls");

  private static final Set<String> PROMETHEUS =
      Set.of("serverAddress", "query", "threshold", "activationThreshold", "ignoreNullValues");

  private static final Pattern PARTITIONS =
      Pattern.compile("`countermark.topics.partitions` \\| `(\\d+)`");

  private static Manifests written;
  private static int partitions;

  @BeforeAll
  static void read() throws IOException {
    written = Manifests.written("components/keda", "components/hpa");
    Matcher row =
        PARTITIONS.matcher(Files.readString(Checkout.root().resolve("docs/configuration.md")));
    assertThat(row.find()).isTrue();
    partitions = Integer.parseInt(row.group(1));
  }

  private static Format<?, ?> format(JsonNode scaler) {
    String label = Manifests.name(scaler).substring("signer-".length());
    return Formats.all().stream().filter(f -> f.label().equals(label)).findFirst().orElseThrow();
  }

  @Test
  void everySignerHasOneOfEach() throws IOException {
    for (String kind : List.of("ScaledObject", "HorizontalPodAutoscaler")) {
      assertThat(written.of(kind))
          .extracting(Manifests::name)
          .as(kind)
          .containsExactlyElementsOf(KubernetesSettingsTest.signers());
      assertThat(written.of(kind))
          .allSatisfy(
              scaler ->
                  assertThat(scaler.at("/spec/scaleTargetRef/name").asText())
                      .isEqualTo(Manifests.name(scaler)));
    }
  }

  @Test
  void lagIsThatOfTheSignersOwnGroups() {
    for (JsonNode scaled : written.of("ScaledObject")) {
      Format<?, ?> format = format(scaled);
      assertKafka(scaled.at("/spec/triggers/0"), format.uploads(), SignerGroups.uploads(format));
      assertKafka(scaled.at("/spec/triggers/1"), format.resyncs(), SignerGroups.resyncs(format));
    }
  }

  private static void assertKafka(JsonNode trigger, String topic, String group) {
    JsonNode metadata = trigger.path("metadata");
    assertThat(trigger.path("type").asText()).isEqualTo("kafka");
    assertThat(metadata.path("topic").asText()).isEqualTo(topic);
    assertThat(metadata.path("consumerGroup").asText()).isEqualTo(group);
    assertThat(metadata.path("limitToPartitionsWithLag").asText()).isEqualTo("true");
    // KEDA's default counts one for each partition of a group that never committed.
    assertThat(metadata.path("offsetResetPolicy").asText()).isEqualTo("earliest");
  }

  /** An answer of nothing must be an error and not a zero, and the age must be its format's. */
  @Test
  void ageWakesAndDoesNotMultiply() {
    for (JsonNode scaled : written.of("ScaledObject")) {
      JsonNode metadata = scaled.at("/spec/triggers/2/metadata");
      assertThat(scaled.at("/spec/triggers/2/type").asText()).isEqualTo("prometheus");
      assertThat(metadata.path("query").asText())
          .isEqualTo(
              "max(countermark_backlog_oldest_seconds{format=\"%s\"}) or vector(0)",
              format(scaled).label());
      assertThat(metadata.path("ignoreNullValues").asText()).isEqualTo("false");
      assertThat(metadata.path("activationThreshold").asInt()).isPositive();
      assertThat(metadata.path("threshold").asInt()).isGreaterThan(100_000);
      assertThat(scaled.at("/spec/triggers/2").has("metricType")).isFalse();
    }
  }

  @Test
  void everyKeyIsKnown(@TempDir Path work) throws IOException {
    assertKnown(written);
    assertKnown(Manifests.rendered(work, "overlays/production"));
  }

  private static void assertKnown(Manifests manifests) {
    assertThat(manifests.of("ScaledObject"))
        .flatExtracting(scaled -> Manifests.each(scaled.at("/spec/triggers")).toList())
        .hasSizeGreaterThan(8)
        .allSatisfy(
            trigger -> {
              Set<String> keys = new TreeSet<>();
              trigger.path("metadata").fieldNames().forEachRemaining(keys::add);
              assertThat(trigger.path("type").asText().equals("kafka") ? KAFKA : PROMETHEUS)
                  .containsAll(keys);
            });
  }

  /** More than there are partitions would have nothing to do. */
  @Test
  void thereAreNoMoreThanPartitions() {
    assertThat(written.of("ScaledObject"))
        .allSatisfy(
            scaled -> assertThat(scaled.at("/spec/maxReplicaCount").asInt()).isEqualTo(partitions));
    assertThat(written.of("HorizontalPodAutoscaler"))
        .allSatisfy(
            scaler -> assertThat(scaler.at("/spec/maxReplicas").asInt()).isEqualTo(partitions));
  }

  /** Every {@code apply} would set the number back that the scaler chose. */
  @Test
  void whatIsScaledHasNoNumberOfItsOwn() throws IOException {
    Manifests base = Manifests.written("base");
    assertThat(base.of("Deployment"))
        .filteredOn(d -> !Manifests.name(d).equals("key-service"))
        .hasSize(2)
        .allSatisfy(deployment -> assertThat(deployment.path("spec").has("replicas")).isFalse());
  }

  @Test
  void scalersAskTheBrokerThatTheSignersRead(@TempDir Path work) throws IOException {
    for (String overlay : List.of("overlays/production", "overlays/single-node-keda")) {
      Manifests rendered = Manifests.rendered(work.resolve(overlay), overlay);
      List<String> brokers =
          rendered.of("ConfigMap").stream()
              .map(map -> map.at("/data/KAFKA_BOOTSTRAP_SERVERS").asText())
              .filter(servers -> !servers.isEmpty())
              .toList();
      assertThat(brokers).hasSize(1);
      assertThat(rendered.of("ScaledObject"))
          .isNotEmpty()
          .flatExtracting(scaled -> scaled.findValuesAsText("bootstrapServers"))
          .containsOnly(brokers.get(0));
    }
  }
}
