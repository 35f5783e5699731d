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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * The services of a platform whose launcher is stopped, as processes of this test on the same data
 * and behind balancers on the same ports: so that each can be replaced by another one that was
 * built elsewhere. Broker and store are those of this checkout.
 */
final class Fleet implements AutoCloseable {
  /** Parts and where they are built, in the order in which they are replaced. */
  static final Map<String, String> SERVICES = new LinkedHashMap<>();

  static {
    SERVICES.put("key-service", "key-service");
    SERVICES.put("signer", "signer-service/app");
    SERVICES.put("upload-gateway", "upload-gateway/app");
  }

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String HTTP = "quarkus.http.port";
  private static final String HTTPS = "quarkus.http.ssl-port";
  private static final String MANAGEMENT = "quarkus.management.port";

  private final Platform platform;
  private final List<LoneServer> servers = new ArrayList<>();
  private final Map<String, Replica> running = new LinkedHashMap<>();

  /** By the setting of the port, of parts that have a place behind one. */
  private final Map<String, Balancer> balancers = new LinkedHashMap<>();

  private int started;

  private record Replica(Process process, Properties settings) {
    int port(String setting) {
      return Integer.parseInt(settings.getProperty(setting));
    }
  }

  /**
   * Starts all of them.
   *
   * @param platform of this run, stopped
   * @param home that the services are of
   */
  Fleet(Platform platform, Path home) throws IOException {
    this.platform = platform;
    try {
      servers.add(LoneServer.store(platform));
      servers.add(LoneServer.broker(platform));
      for (String part : SERVICES.keySet()) {
        for (String port : List.of(HTTP, HTTPS)) {
          Optional<String> known = platform.setting(part, port);
          if (known.isPresent() && !part.equals(Platform.SIGNER)) {
            balancers.put(part + port, new Balancer(Integer.parseInt(known.get())));
          }
        }
        running.put(part, started(part, home));
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Replaces a part; meanwhile both are there.
   *
   * @param home of the other one
   * @param sideBySide is done while there are two
   */
  void replace(String part, Path home, Runnable sideBySide) throws IOException {
    Replica former = running.get(part);
    Replica next = started(part, home);
    running.put(part + " to be", next);
    sideBySide.run();
    balancers.forEach(
        (place, balancer) -> {
          if (place.startsWith(part)) {
            balancer.remove(former.port(place.substring(part.length())));
          }
        });
    stop(former.process());
    running.put(part, next);
    running.remove(part + " to be");
  }

  private Replica started(String part, Path home) throws IOException {
    Path folder = Files.createTempDirectory(platform.scratch(), part);
    Properties settings = new Properties();
    try (var in =
        Files.newInputStream(platform.requireData().resolve("config/" + part + ".properties"))) {
      settings.load(in);
    }
    for (String port : List.of(HTTP, HTTPS, MANAGEMENT)) {
      settings.computeIfPresent(port, (key, first) -> Integer.toString(FreePorts.forPlatform()));
    }
    if (settings.containsKey("countermark.gateway.spool")) {
      settings.setProperty("countermark.gateway.spool", folder.resolve("spool").toString());
      settings.setProperty(
          "quarkus.log.handler.file.access-file.path", folder.resolve("access.log").toString());
    }
    Path file = folder.resolve("settings.properties");
    try (var out = Files.newOutputStream(file)) {
      settings.store(out, null);
    }
    Path jar = home.resolve(SERVICES.get(part)).resolve("target/quarkus-app/quarkus-run.jar");
    Path log = platform.requireData().resolve("logs/" + part + "-of-fleet-" + ++started + ".log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dsmallrye.config.locations=" + file.toUri(),
                "-jar",
                jar.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Replica replica = new Replica(process, settings);
    try {
      awaitReady(part, replica);
    } catch (RuntimeException e) {
      stop(process);
      throw new AssertionError(jar + " is not ready:\n" + Files.readString(log), e);
    }
    balancers.forEach(
        (place, balancer) -> {
          if (place.startsWith(part)) {
            balancer.add(replica.port(place.substring(part.length())));
          }
        });
    return replica;
  }

  private static void awaitReady(String part, Replica replica) {
    int port = replica.port(replica.settings().containsKey(MANAGEMENT) ? MANAGEMENT : HTTP);
    HttpCaller caller = HttpCaller.anonymous(URI.create("http://127.0.0.1:" + port));
    await(part + " is ready")
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(UncheckedIOException.class)
        .until(() -> caller.send("GET", "/q/health/ready", null, Map.of()).statusCode() == 200);
  }

  private static void stop(Process process) {
    process.destroy();
    await("it ends").atMost(PATIENCE).until(() -> !process.isAlive());
  }

  @Override
  public void close() throws IOException {
    running.values().forEach(replica -> stop(replica.process()));
    servers.forEach(LoneServer::close);
    for (Balancer balancer : balancers.values()) {
      balancer.close();
    }
  }
}
