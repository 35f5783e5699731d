package dev.countermark.conformance;

import static org.awaitility.Awaitility.await;

import dev.countermark.testkit.http.HttpCaller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/** One more gateway of a platform, as behind a load balancer: a process and ports of its own. */
final class SecondGateway implements AutoCloseable {
  private static final String PART = "upload-gateway";
  private static final String SETTINGS = "-Dsmallrye.config.locations=";
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Set<String> PORTS =
      Set.of("quarkus.http.port", "quarkus.http.ssl-port", "quarkus.management.port");

  private final Process process;
  private final URI url;

  private SecondGateway(Process process, URI url) {
    this.process = process;
    this.url = url;
  }

  /**
   * Starts it, as the first one was started.
   *
   * @param platform of this run
   */
  static SecondGateway start(Platform platform) throws IOException {
    return start(platform, Map.of());
  }

  /**
   * @param more settings of its own
   */
  static SecondGateway start(Platform platform, Map<String, String> more) throws IOException {
    Properties settings = new Properties();
    Path folder = Files.createTempDirectory(platform.scratch(), "second");
    try (var in =
        Files.newInputStream(platform.requireData().resolve("config/" + PART + ".properties"))) {
      settings.load(in);
    }
    for (String port : PORTS) {
      settings.computeIfPresent(port, (key, first) -> Integer.toString(FreePorts.forPlatform()));
    }
    settings.putAll(more);
    settings.setProperty("countermark.gateway.spool", folder.resolve("spool").toString());
    settings.setProperty(
        "quarkus.log.handler.file.access-file.path", folder.resolve("access.log").toString());
    Path file = folder.resolve("gateway.properties");
    try (var out = Files.newOutputStream(file)) {
      settings.store(out, null);
    }
    ProcessHandle.Info first = ProcessHandle.of(platform.process(PART)).orElseThrow().info();
    List<String> command = new ArrayList<>(List.of(first.command().orElseThrow()));
    for (String argument : first.arguments().orElseThrow()) {
      command.add(argument.startsWith(SETTINGS) ? SETTINGS + file.toUri() : argument);
    }
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    SecondGateway gateway =
        new SecondGateway(
            process, URI.create("http://127.0.0.1:" + settings.getProperty("quarkus.http.port")));
    try {
      gateway.awaitReady(settings.getProperty("quarkus.management.port"));
      return gateway;
    } catch (RuntimeException e) {
      gateway.close();
      throw e;
    }
  }

  private void awaitReady(String managementPort) {
    HttpCaller management = HttpCaller.anonymous(URI.create("http://127.0.0.1:" + managementPort));
    await("the second gateway is ready")
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(UncheckedIOException.class)
        .until(() -> management.send("GET", "/q/health/ready", null, Map.of()).statusCode() == 200);
  }

  URI url() {
    return url;
  }

  /** As whoever runs containers ends it. */
  void terminate() {
    process.destroy();
  }

  @Override
  public void close() {
    process.destroy();
  }
}
