package dev.countermark.conformance.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Client;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.Courses;
import dev.countermark.conformance.DockerEngine;
import dev.countermark.conformance.FreePorts;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.ProjectFiles;
import dev.countermark.contracts.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The platform of {@code docker-compose.yml}, whose services are killed one after the other while
 * packages of all formats are pushed. Takes minutes and all of a machine: {@code
 * -Dtest=ComposePlatformTest -Ddeploy.long=true}.
 */
class ComposePlatformTest {
  private static final Duration LIMIT = Duration.ofMinutes(15);
  private static final int PUSHES = 72;
  private static final String COMPOSE = "docker-compose";
  private static final List<String> SERVICES =
      List.of(
          "signer-nuget",
          "kafka",
          "key-service",
          "upload-gateway",
          "packages-store",
          "signer-oci",
          "keys-store",
          "signer-swift",
          "prometheus");

  /** A container that was killed had an address, and is remembered by it for five minutes. */
  private static final String SEEN_JUST_NOW = "last_over_time(up[30s]) == 1";

  private final Map<String, String> environment = new LinkedHashMap<>();

  private Command.Result compose(String... arguments) {
    List<String> command =
        new ArrayList<>(List.of(Client.require(COMPOSE).program().toString(), "-p", "cm-test"));
    command.addAll(List.of(arguments));
    return Command.run(ProjectFiles.root(), environment, LIMIT, command);
  }

  private String inside(String service, String... program) {
    List<String> arguments = new ArrayList<>(List.of("exec", "-T", service));
    arguments.addAll(List.of(program));
    return compose(arguments.toArray(String[]::new)).succeeded().output();
  }

  @Test
  void losesNothingWhateverIsKilled(@TempDir Path folder) throws Exception {
    assumeTrue(Boolean.getBoolean("deploy.long"), "-Ddeploy.long=true");
    for (String program : List.of(COMPOSE, "minio", "prometheus", "promtool")) {
      Client.require(program);
    }
    Client.Home home = Client.Home.create(folder, Map.of());
    try (DockerEngine docker = DockerEngine.require(home)) {
      assertThat(docker.run("version").exitCode()).isZero();
      BuiltImages.makeRuntime(home);
      BuiltImages.makeStandIns(home);
      BuiltImages.build(home);
      int port = FreePorts.forPlatform();
      environment.putAll(home.environment());
      environment.put("COUNTERMARK_PORT", Integer.toString(port));
      environment.put("COUNTERMARK_GRAFANA_PORT", Integer.toString(port + 1));
      try {
        compose("up", "--detach", "--wait", "--wait-timeout", "600").succeeded();
        String token =
            inside("upload-gateway", "cat", "/run/secrets/countermark/upload-gateway/admin-token");
        try (Platform platform =
                Platform.at(URI.create("http://localhost:" + port), token.strip());
            Courses courses = new Courses(platform, Courses.Patience.TRIES_AGAIN)) {
          killOneAfterTheOther(courses);
          compose("up", "--detach", "--wait", "--scale", "signer-nuget=3").succeeded();
          courses.assertAllSignedOnce();
        }
        assertWatched();
      } finally {
        compose("down", "--volumes", "--timeout", "5");
      }
    }
  }

  private void killOneAfterTheOther(Courses courses) {
    int each = PUSHES / SERVICES.size();
    for (int i = 0; i < SERVICES.size(); i++) {
      String service = SERVICES.get(i);
      int first = i * each;
      CompletableFuture<Void> pushes =
          CompletableFuture.runAsync(() -> courses.push(first, first + each));
      compose("kill", service).succeeded();
      compose("up", "--detach", "--no-deps", service).succeeded();
      pushes.join();
    }
  }

  /** Prometheus has every part, three signers of one format among them, and Grafana its boards. */
  private void assertWatched() throws IOException {
    String up =
        inside(
            "prometheus", "promtool", "query", "instant", "http://127.0.0.1:9090", SEEN_JUST_NOW);
    assertThat(up.lines().filter(line -> line.contains("signer-nuget"))).hasSize(3);
    assertThat(up).contains("upload-gateway", "signer-oci", "signer-swift", "key-service");
    String password = inside("grafana", "cat", "/run/secrets/grafana/admin-password").strip();
    JsonNode boards =
        Json.read(
            inside(
                    "grafana",
                    "curl",
                    "--silent",
                    "--fail",
                    "--user",
                    "admin:" + password,
                    "http://127.0.0.1:3000/api/search")
                .getBytes(StandardCharsets.UTF_8),
            JsonNode.class);
    assertThat(StreamSupport.stream(boards.spliterator(), false).map(b -> b.path("title").asText()))
        .hasSize(4)
        .contains("Countermark: Signing lag");
  }
}
