package dev.countermark.conformance.deploy;

import dev.countermark.conformance.Client;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.ProjectFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Images for tests: of the services, and of what stands in for others' where no registry is. */
final class BuiltImages {
  private static final Duration LIMIT = Duration.ofMinutes(15);
  private static final String RUNTIME = "countermark-test/runtime:1";
  private static final Path SCRIPTS =
      ProjectFiles.root().resolve("conformance/src/test/resources/images");

  private BuiltImages() {}

  /** A Java runtime out of this machine's. */
  static void makeRuntime(Client.Home home) throws IOException {
    addBuildx(home);
    run(home, script("runtime"), jdk(), RUNTIME, folder(home, "runtime"));
  }

  /** Kafka, MinIO, Prometheus and Grafana under their released names, on {@link #makeRuntime}'s. */
  static void makeStandIns(Client.Home home) throws IOException {
    run(
        home,
        script("stand-ins"),
        RUNTIME,
        jdk(),
        ProjectFiles.root().toString(),
        folder(home, "stand-ins"));
  }

  /** The services' by {@code ./run images}, on {@link #makeRuntime}'s. */
  static void build(Client.Home home, String... options) {
    List<String> command = new ArrayList<>(List.of("deploy/images/build", "--base", RUNTIME));
    command.addAll(List.of(options));
    run(home, command.toArray(String[]::new));
  }

  private static void run(Client.Home home, String... script) {
    List<String> command = new ArrayList<>(List.of("bash"));
    command.addAll(List.of(script));
    Command.run(ProjectFiles.root(), home.environment(), LIMIT, command).succeeded();
  }

  private static String script(String name) {
    return SCRIPTS.resolve(name).toString();
  }

  private static String jdk() {
    return System.getProperty("java.home");
  }

  private static String folder(Client.Home home, String name) throws IOException {
    return Files.createTempDirectory(home.directory(), name).toString();
  }

  /** Whose plugin is not where this home looks for it. */
  private static void addBuildx(Client.Home home) throws IOException {
    Path plugins = Files.createDirectories(home.directory().resolve("docker/cli-plugins"));
    Path buildx = Client.require("docker-buildx").program();
    Files.createSymbolicLink(plugins.resolve("docker-buildx"), buildx);
  }
}
