package dev.countermark.conformance.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Client;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.DockerEngine;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.ProjectFiles;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.http.HttpCaller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The images of the services, on a Java runtime that is made here. */
@ExtendWith(PlatformExtension.class)
class ImagesTest {
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final String RUNTIME = "countermark-test/runtime:1";
  private static final List<Part> PARTS =
      List.of(
          new Part("key-service", "key-service", 18_081),
          new Part("signer", "signer", 18_082),
          new Part("upload-gateway", "upload-gateway", 18_083));

  /**
   * @param image its name, without what is before it
   * @param settings name of the file with the launcher's
   * @param port that tells whether it is ready
   */
  private record Part(String image, String settings, int port) {
    String name() {
      return "countermark/" + image + ":0.1.0";
    }
  }

  @Test
  void areReproducibleAndRunWithNothingThatTheyDoNotNeed(Platform platform) throws IOException {
    Client.Home home = Client.Home.create(platform.scratch(), Map.of());
    try (DockerEngine docker = DockerEngine.require(home)) {
      addBuildx(home);
      makeRuntime(home);
      List<String> first = build(home, docker, "--plain", "--no-cache");
      assertThat(build(home, docker, "--plain", "--no-cache")).as("built again").isEqualTo(first);
      assertThat(build(home, docker)).as("with archives").doesNotContainAnyElementsOf(first);

      Path data = platform.requireData();
      Path readable = copy(data, platform.scratch().resolve("readable"));
      for (Part part : PARTS) {
        assertLabelled(docker, part);
        runs(docker, part, data, readable);
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
    for (Part part : PARTS) {
      ids.add(
          docker
              .run("image", "inspect", "--format", "{{.Id}}", part.name())
              .succeeded()
              .output()
              .strip());
    }
    return ids;
  }

  private static void assertLabelled(DockerEngine docker, Part part) {
    String config =
        docker
            .run("image", "inspect", "--format", "{{json .Config}}", part.name())
            .succeeded()
            .output();
    JsonNode json = Json.read(config.getBytes(StandardCharsets.UTF_8), JsonNode.class);
    assertThat(json.path("User").asText()).isEqualTo("10001:10001");
    JsonNode labels = json.path("Labels");
    assertThat(labels.path("org.opencontainers.image.title").asText()).isEqualTo(part.image());
    assertThat(labels.path("org.opencontainers.image.version").asText()).isEqualTo("0.1.0");
    assertThat(labels.path("org.opencontainers.image.revision").asText()).isNotEmpty();
  }

  /** Beside the platform's own part, with the same settings, on another port. */
  private static void runs(DockerEngine docker, Part part, Path data, Path readable) {
    String container = "countermark-test-" + part.image();
    docker
        .run(
            "run",
            "--detach",
            "--name",
            container,
            "--network=host",
            "--read-only",
            "--tmpfs=/tmp:size=64m,exec",
            "--cap-drop=ALL",
            "--security-opt=no-new-privileges",
            "--memory=512m",
            "--volume=" + readable + ":" + data + ":ro",
            "--env=SMALLRYE_CONFIG_LOCATIONS="
                + data
                + "/config/"
                + part.settings()
                + ".properties",
            "--env=QUARKUS_HTTP_PORT="
                + (part.image().equals("upload-gateway") ? part.port() + 10 : part.port()),
            "--env=QUARKUS_HTTP_SSL_PORT=" + (part.port() + 20),
            "--env=QUARKUS_MANAGEMENT_PORT=" + part.port(),
            "--env=COUNTERMARK_GATEWAY_SPOOL=/tmp/spool",
            "--env=QUARKUS_LOG_HANDLER_FILE_ACCESS_FILE_PATH=/tmp/access.log",
            part.name())
        .succeeded();
    try {
      HttpCaller service = HttpCaller.anonymous(URI.create("http://127.0.0.1:" + part.port()));
      await(part.image() + " is ready")
          .atMost(LIMIT)
          .ignoreExceptionsInstanceOf(UncheckedIOException.class)
          .until(() -> service.send("GET", "/q/health/ready", null, Map.of()).statusCode() == 200);
      docker.run("stop", "--time", "30", container).succeeded();
      String state =
          docker
              .run("inspect", "--format", "{{.State.ExitCode}} {{.State.OOMKilled}}", container)
              .succeeded()
              .output();
      assertThat(state.strip()).as("ended in order").isEqualTo("143 false");
    } catch (AssertionError | ConditionTimeoutException e) {
      throw new AssertionError(docker.run("logs", "--tail", "50", container).output(), e);
    } finally {
      docker.run("rm", "--force", container);
    }
  }

  /** What the launcher keeps to itself, for whoever the containers run as. */
  private static Path copy(Path data, Path to) throws IOException {
    for (String folder : List.of("config", "secrets", "tls")) {
      Files.walkFileTree(
          data.resolve(folder),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path at, BasicFileAttributes attributes)
                throws IOException {
              Path copied = Files.createDirectories(to.resolve(data.relativize(at)));
              Files.setPosixFilePermissions(copied, PosixFilePermissions.fromString("rwxr-xr-x"));
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Path copied = Files.copy(file, to.resolve(data.relativize(file)));
              Files.setPosixFilePermissions(copied, PosixFilePermissions.fromString("rw-r--r--"));
              return FileVisitResult.CONTINUE;
            }
          });
    }
    return to;
  }
}
