package dev.countermark.conformance.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Client;
import dev.countermark.conformance.DockerEngine;
import dev.countermark.conformance.FormatCase;
import dev.countermark.conformance.Packages;
import dev.countermark.conformance.Platform;
import dev.countermark.contracts.Json;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Signers on a real Kubernetes with KEDA: none while there is nothing to do, several under a
 * campaign, none again. Takes a quarter of an hour, all of a machine, and root: {@code
 * -Dtest=ScaledSignersTest -Ddeploy.long=true}.
 */
class ScaledSignersTest {
  private static final int PACKAGES = Integer.getInteger("deploy.packages", 5_000);
  private static final int CLIENTS = 8;
  private static final Duration LIMIT = Duration.ofMinutes(20);
  private static final String SIGNER = "signer-nuget";

  private static int replicas(KubernetesNode node, String of) {
    String answer = node.ours("get", "deployment", SIGNER, "-o", "jsonpath={" + of + "}").strip();
    return answer.isEmpty() ? 0 : Integer.parseInt(answer);
  }

  private static FormatCase nuget() {
    return FormatCase.all().stream()
        .filter(format -> format.label().equals("nuget"))
        .findAny()
        .orElseThrow();
  }

  private static void push(Packages packages, int count) throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    List<Future<?>> running = new ArrayList<>();
    for (int client = 0; client < CLIENTS; client++) {
      int first = client;
      running.add(
          clients.submit(
              () -> {
                for (int i = first; i < count; i += CLIENTS) {
                  int status = packages.push(i);
                  assertThat(status).as("push %d", i).isBetween(200, 299);
                }
              }));
    }
    for (Future<?> client : running) {
      client.get();
    }
    clients.shutdown();
  }

  private static JsonNode call(Platform platform, String method, String path, String body) {
    return Json.read(
        platform
            .call(method, path, body == null ? null : body.getBytes(StandardCharsets.UTF_8))
            .body(),
        JsonNode.class);
  }

  private static long millis(long since) {
    return Duration.ofNanos(System.nanoTime() - since).toMillis();
  }

  @Test
  void comeAndGoWithTheWork(@TempDir Path folder) throws Exception {
    assumeTrue(Boolean.getBoolean("deploy.long"), "-Ddeploy.long=true");
    Client.Home home = Client.Home.create(folder, Map.of());
    try (KubernetesNode node = KubernetesNode.start(home)) {
      try (DockerEngine docker = DockerEngine.require(home)) {
        node.load(docker, KubernetesPlatformTest.IMAGES);
      }
      node.installKeda();
      try (Platform platform = node.apply("single-node-keda")) {
        measure(node, platform);
      }
    }
  }

  private static void measure(KubernetesNode node, Platform platform) throws Exception {
    FormatCase nuget = nuget();
    Platform.Repository repository = platform.repository(nuget.label(), nuget.settings());
    Packages packages = nuget.packages(platform, repository);
    Packages others =
        nuget.packages(platform, platform.repository(nuget.label(), nuget.settings()));
    push(packages, PACKAGES);
    await("all are signed").atMost(LIMIT).until(() -> packages.isSigned(PACKAGES - 1));
    await("nobody is left").atMost(LIMIT).until(() -> replicas(node, ".spec.replicas") == 0);

    node.rotateImmediately(repository.path(), nuget.label());
    long begin = System.nanoTime();
    String campaign =
        call(platform, "POST", "/api/v1/repositories/" + repository.path() + "/resyncs", "{}")
            .path("campaign")
            .asText();
    assertThat(campaign).isNotEmpty();
    await("the first signer is ready")
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> replicas(node, ".status.readyReplicas") > 0);
    long first = millis(begin);
    List<Long> pushes = new ArrayList<>();
    int most = 0;
    for (int i = 0; !ended(platform, campaign); i++) {
      long pushed = System.nanoTime();
      assertThat(others.push(i)).isBetween(200, 299);
      pushes.add(millis(pushed));
      most = Math.max(most, replicas(node, ".status.readyReplicas"));
    }
    long drained = millis(begin);
    assertThat(most).isGreaterThanOrEqualTo(2);
    long end = System.nanoTime();
    await("nobody is left").atMost(LIMIT).until(() -> replicas(node, ".spec.replicas") == 0);
    pushes.sort(Long::compare);
    System.out.printf(
        Locale.ROOT,
        "scaled: %d packages: first signer after %.1f s, %d at most, done after %.1f s, none again"
            + " after %.0f s more; %d pushes meanwhile, p50 %d ms, p99 %d ms%n",
        PACKAGES,
        first / 1e3,
        most,
        drained / 1e3,
        millis(end) / 1e3,
        pushes.size(),
        pushes.get(pushes.size() / 2),
        pushes.get(pushes.size() * 99 / 100));
    JsonNode told = call(platform, "GET", "/api/v1/resyncs/" + campaign, null);
    assertThat(told.at("/results/changed").asInt()).as(told.toString()).isEqualTo(PACKAGES);
  }

  private static boolean ended(Platform platform, String campaign) {
    try {
      return call(platform, "GET", "/api/v1/resyncs/" + campaign, null).has("endedAt");
    } catch (UncheckedIOException e) {
      return false;
    }
  }
}
