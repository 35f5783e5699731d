package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Json;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A part that stands still is named by those that need it, and nobody else is blamed. */
@ExtendWith(PlatformExtension.class)
class ReadinessTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Platform platform;

  ReadinessTest(Platform platform) {
    this.platform = platform;
    platform.requireData();
  }

  private TreeSet<String> down(String part) {
    HttpResponse<byte[]> answer = platform.manage(part, "/q/health/ready");
    TreeSet<String> down = new TreeSet<>();
    for (JsonNode check : Json.read(answer.body(), JsonNode.class).path("checks")) {
      if (!"UP".equals(check.path("status").asText())) {
        assertThat(check.path("data").path("reason").asText()).isNotEmpty();
        down.add(check.path("name").asText());
      }
    }
    assertThat(answer.statusCode()).isEqualTo(down.isEmpty() ? 200 : 503);
    return down;
  }

  @Test
  void everythingIsReadyWhileEverythingAnswers() {
    for (String part : List.of("key-service", Platform.SIGNER, "upload-gateway")) {
      await(part).atMost(PATIENCE).until(() -> down(part).isEmpty());
    }
    assertThat(platform.launch("status").output()).contains("upload-gateway", "and is ready");
  }

  /** What stops it, and what names it, is its own. */
  @Test
  void anotherOneOnTheSameDataLeavesItAlone() {
    Command.Result second = platform.launch("--background");

    assertThat(second.exitCode()).isNotZero();
    assertThat(second.output()).contains("already runs on");
    assertThat(platform.requireData().resolve("endpoint.env")).exists();
    assertThat(platform.launch("status").output()).contains("and is ready");
  }

  @ParameterizedTest
  @CsvSource({
    "store, object-store, upload-gateway signer",
    "broker, broker, upload-gateway signer",
    "key-service, key-service, upload-gateway signer"
  })
  void whatStandsStillIsNamed(String part, String named, String dependents) {
    try (PausedPart paused = new PausedPart(platform, part)) {
      for (String dependent : dependents.split(" ")) {
        await(dependent + " names " + named)
            .atMost(PATIENCE)
            .until(() -> down(dependent).contains(named));
        assertThat(platform.manage(dependent, "/q/health/live").statusCode()).isEqualTo(200);
        await(dependent + " shows it")
            .atMost(PATIENCE)
            .until(() -> platform.metrics(dependent).contains(shown(named, 0)));
      }
      Command.Result status = platform.launch("status");
      assertThat(status.output()).contains("is not ready", named);
    }
    for (String dependent : dependents.split(" ")) {
      await(dependent).atMost(PATIENCE).until(() -> down(dependent).isEmpty());
      await(dependent)
          .atMost(PATIENCE)
          .until(() -> platform.metrics(dependent).contains(shown(named, 1)));
    }
  }

  private static String shown(String dependency, double up) {
    return "countermark_dependency_up{dependency=\"" + dependency + "\"} " + up;
  }
}
