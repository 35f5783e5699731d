package dev.countermark.conformance.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Client;
import dev.countermark.conformance.DockerEngine;
import dev.countermark.contracts.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The images of the services, on a Java runtime that is made here. */
class ImagesTest {
  private static final List<String> IMAGES = List.of("key-service", "signer", "upload-gateway");

  private static String name(String image) {
    return "countermark/" + image + ":0.1.0";
  }

  @Test
  void areReproducible(@TempDir Path folder) throws IOException {
    Client.Home home = Client.Home.create(folder, Map.of());
    try (DockerEngine docker = DockerEngine.require(home)) {
      BuiltImages.makeRuntime(home);
      List<String> first = build(home, docker, "--plain", "--no-cache");
      assertThat(build(home, docker, "--plain", "--no-cache")).as("built again").isEqualTo(first);
      assertThat(build(home, docker)).as("with archives").doesNotContainAnyElementsOf(first);

      for (String image : IMAGES) {
        assertLabelled(docker, image);
      }
    }
  }

  /** What identifies each image. */
  private static List<String> build(Client.Home home, DockerEngine docker, String... options) {
    BuiltImages.build(home, options);
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
