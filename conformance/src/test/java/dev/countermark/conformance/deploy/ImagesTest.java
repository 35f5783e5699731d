package dev.countermark.conformance.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Client;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.DockerEngine;
import dev.countermark.conformance.ProjectFiles;
import dev.countermark.contracts.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The images of the services, on a Java runtime that is made here. */
class ImagesTest {
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final String RUNTIME = "countermark-test/runtime:1";
  private static final List<String> IMAGES = List.of("key-service", "signer", "upload-gateway");

  private static String name(String image) {
    return "countermark/" + image + ":0.1.0";
  }

  @Test
  void areReproducible(@TempDir Path folder) throws IOException {
    Client.Home home = Client.Home.create(folder, Map.of());
    try (DockerEngine docker = DockerEngine.require(home)) {
      addBuildx(home);
      makeRuntime(home);
      List<String> first = build(home, docker, "--plain", "--no-cache");
      assertThat(build(home, docker, "--plain", "--no-cache")).as("built again").isEqualTo(first);
      assertThat(build(home, docker)).as("with archives").doesNotContainAnyElementsOf(first);

      for (String image : IMAGES) {
        assertLabelled(docker, image);
      }
    }
  }

  /** Whose plugin is not where this home looks for it. */
  private static void addBuildx(Client.Home home) throws IOException {
    Path plugins = Files.createDirectories(home.directory().resolve("docker/cli-plugins"));
    Path buildx = Client.require("docker-buildx").program();
    Files.createSymbolicLink(plugins.resolve("docker-buildx"), buildx);
  }

  private static void makeRuntime(Client.Home home) throws IOException {
    Path script = ProjectFiles.root().resolve("conformance/src/test/resources/images/runtime");
    Command.run(
            home.directory(),
            home.environment(),
            LIMIT,
            List.of(
                "bash",
                script.toString(),
                System.getProperty("java.home"),
                RUNTIME,
                Files.createTempDirectory(home.directory(), "runtime").toString()))
        .succeeded();
  }

  /** What identifies each image. */
  private static List<String> build(Client.Home home, DockerEngine docker, String... options) {
    List<String> command =
        new ArrayList<>(List.of("bash", "deploy/images/build", "--base", RUNTIME));
    command.addAll(List.of(options));
    Command.run(ProjectFiles.root(), home.environment(), LIMIT, command).succeeded();
    List<String> ids = new ArrayList<>();
    for (String image : IMAGES) {
      ids.add(
          docker
              .run("image", "inspect", "--format", "{{.Id}}", name(image))
              .succeeded()
              .output()
              .strip());
    }
    return ids;
  }

  private static void assertLabelled(DockerEngine docker, String image) {
    String config =
        docker
            .run("image", "inspect", "--format", "{{json .Config}}", name(image))
            .succeeded()
            .output();
    JsonNode json = Json.read(config.getBytes(StandardCharsets.UTF_8), JsonNode.class);
    assertThat(json.path("User").asText()).isEqualTo("10001:10001");
    JsonNode labels = json.path("Labels");
    assertThat(labels.path("org.opencontainers.image.title").asText()).isEqualTo(image);
    assertThat(labels.path("org.opencontainers.image.version").asText()).isEqualTo("0.1.0");
    assertThat(labels.path("org.opencontainers.image.revision").asText()).isNotEmpty();
  }
}
