package dev.countermark.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Client;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Network policies are the trust borders that docs/architecture.md draws, no arrow more and none
 * less, as those who send see them and as those who receive. Stops an arrow that somebody opens to
 * look into something, and one that is missing in a cluster whose network enforces policies, which
 * those of developers do not.
 */
class NetworkPoliciesTest {
  private static final String CLIENTS = "anybody -> upload-gateway:8080";

  private static final Set<String> AMONG_OURSELVES =
      Set.of("upload-gateway -> key-service:8443", "signer -> key-service:8443");

  private static final Set<String> TO_STATE =
      Set.of(
          "upload-gateway -> packages-store:9000",
          "upload-gateway -> kafka:9092",
          "signer -> packages-store:9000",
          "signer -> kafka:9092",
          "key-service -> keys-store:9000");

  /** For webhooks. */
  private static final Set<String> TO_THE_INTERNET =
      Set.of(
          "upload-gateway -> 0.0.0.0/0:443",
          "upload-gateway -> 0.0.0.0/0:1024-65535",
          "upload-gateway -> 2000::/3:443",
          "upload-gateway -> 2000::/3:1024-65535");

  private static final Set<String> TO_NAMES =
      Set.of("all -> kube-system/kube-dns:53/UDP", "all -> kube-system/kube-dns:53");

  @TempDir private static Path work;

  private static Set<String> union(List<Set<String>> sets) {
    return sets.stream().flatMap(Set::stream).collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void theTrialHasTheArrowsOfTheArchitecture() throws IOException {
    Manifests trial =
        Client.find("kubectl").isPresent()
            ? Manifests.rendered(work, "overlays/single-node")
            : Manifests.written("base", "overlays/single-node");

    assertThat(sent(trial))
        .isEqualTo(union(List.of(AMONG_OURSELVES, TO_STATE, TO_THE_INTERNET, TO_NAMES)));
    assertThat(received(trial))
        .isEqualTo(union(List.of(AMONG_OURSELVES, TO_STATE, Set.of(CLIENTS))));
  }

  @Test
  void productionReachesTheNetworksOfStoreAndBroker(@TempDir Path copy) throws IOException {
    Manifests production = Manifests.rendered(copy, "overlays/production");

    assertThat(sent(production))
        .isEqualTo(
            union(
                List.of(
                    AMONG_OURSELVES,
                    TO_THE_INTERNET,
                    TO_NAMES,
                    Set.of(
                        "upload-gateway -> 192.0.2.0/25:443",
                        "upload-gateway -> 198.51.100.0/24:9093",
                        "signer -> 192.0.2.0/25:443",
                        "signer -> 198.51.100.0/24:9093",
                        "key-service -> 192.0.2.128/25:443"))));
    assertThat(received(production))
        .isEqualTo(union(List.of(AMONG_OURSELVES, Set.of(CLIENTS), metrics())));
  }

  @Test
  void scalingByLagAddsWhoAsksForIt(@TempDir Path copy) throws IOException {
    Manifests scaled = Manifests.rendered(copy, "overlays/single-node-keda");

    assertThat(sent(scaled))
        .isEqualTo(union(List.of(AMONG_OURSELVES, TO_STATE, TO_THE_INTERNET, TO_NAMES)));
    assertThat(received(scaled))
        .isEqualTo(
            union(
                List.of(
                    AMONG_OURSELVES,
                    TO_STATE,
                    metrics(),
                    Set.of(CLIENTS, "namespace keda -> kafka:9092"))));
  }

  private static Set<String> metrics() {
    return Set.of(
        "monitoring/prometheus -> upload-gateway:9000",
        "monitoring/prometheus -> signer:8082",
        "monitoring/prometheus -> key-service:8443");
  }

  @Test
  void whateverIsNotNamedIsClosed() throws IOException {
    assertThat(Manifests.written("base").of("NetworkPolicy"))
        .filteredOn(policy -> Manifests.name(policy).equals("nothing"))
        .singleElement()
        .satisfies(
            policy -> {
              assertThat(policy.at("/spec/podSelector").isEmpty()).isTrue();
              assertThat(Manifests.texts(policy.at("/spec/policyTypes")))
                  .containsExactlyInAnyOrder("Ingress", "Egress");
              assertThat(policy.at("/spec").has("ingress")).isFalse();
              assertThat(policy.at("/spec").has("egress")).isFalse();
            });
  }

  /** An address that is private somewhere must not be taken for the internet. */
  @Test
  void theInternetIsNoLocalNetwork() throws IOException {
    List<JsonNode> blocks =
        Manifests.written("base").of("NetworkPolicy").stream()
            .flatMap(policy -> policy.findValues("ipBlock").stream())
            .filter(block -> block.path("cidr").asText().equals("0.0.0.0/0"))
            .toList();

    assertThat(blocks).hasSize(1);
    assertThat(Manifests.texts(blocks.get(0).path("except")))
        .contains("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8");
  }

  /** {@code from -> to:port} by the policies of who sends. */
  private static Set<String> sent(Manifests manifests) {
    return arrows(manifests, "egress", "to", (pod, peer) -> pod + " -> " + peer);
  }

  private static Set<String> received(Manifests manifests) {
    return arrows(manifests, "ingress", "from", (pod, peer) -> peer + " -> " + pod);
  }

  private interface Arrow {
    String of(String pod, String peer);
  }

  private static Set<String> arrows(
      Manifests manifests, String direction, String peers, Arrow arrow) {
    Set<String> arrows = new TreeSet<>();
    for (JsonNode policy : manifests.of("NetworkPolicy")) {
      String pod = Manifests.selected(policy.at("/spec/podSelector"));
      for (JsonNode rule : policy.at("/spec/" + direction)) {
        Stream<String> named =
            rule.has(peers)
                ? Manifests.each(rule.path(peers)).map(NetworkPoliciesTest::peer)
                : Stream.of("anybody");
        List<String> ports =
            Manifests.each(rule.path("ports")).map(NetworkPoliciesTest::port).toList();
        assertThat(ports).as("ports of " + Manifests.name(policy)).isNotEmpty();
        named.forEach(
            peer ->
                ports.forEach(
                    port -> arrows.add(arrow.of(pod.isEmpty() ? "all" : pod, peer) + ":" + port)));
      }
    }
    return arrows;
  }

  private static String peer(JsonNode peer) {
    String namespace =
        peer.at("/namespaceSelector/matchLabels").path("kubernetes.io/metadata.name").asText();
    String pod = Manifests.selected(peer.path("podSelector"));
    if (namespace.isEmpty()) {
      return peer.has("ipBlock") ? peer.at("/ipBlock/cidr").asText() : pod;
    }
    JsonNode labels = peer.at("/podSelector/matchLabels");
    String application =
        labels.path("k8s-app").asText(labels.path("app.kubernetes.io/name").asText());
    return application.isEmpty() ? "namespace " + namespace : namespace + "/" + application;
  }

  private static String port(JsonNode port) {
    String number = port.path("port").asText();
    String last = port.has("endPort") ? "-" + port.path("endPort").asText() : "";
    String protocol = port.path("protocol").asText();
    return number + last + (protocol.equals("TCP") ? "" : "/" + protocol);
  }
}
