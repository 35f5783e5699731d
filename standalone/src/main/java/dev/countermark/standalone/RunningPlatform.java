package dev.countermark.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A platform to talk to: one that runs already, or one of our own on temporary data. */
public final class RunningPlatform implements AutoCloseable {
  private final String url;
  private final String adminToken;
  private final Optional<String> httpsUrl;
  private final Optional<Path> tlsAuthority;
  private final AutoCloseable end;

  private RunningPlatform(
      String url,
      String adminToken,
      Optional<String> httpsUrl,
      Optional<Path> tlsAuthority,
      AutoCloseable end) {
    this.url = url;
    this.adminToken = adminToken;
    this.httpsUrl = httpsUrl;
    this.tlsAuthority = tlsAuthority;
    this.end = end;
  }

  /** The gateway over TLS, where it does TLS. */
  public Optional<String> httpsUrl() {
    return httpsUrl;
  }

  /** PEM file of the authority of the gateway's TLS certificate, where it is one of our own. */
  public Optional<Path> tlsAuthority() {
    return tlsAuthority;
  }

  public String url() {
    return url;
  }

  public String adminToken() {
    return adminToken;
  }

  /**
   * The platform that runs on a data directory.
   *
   * @throws UserError when none does
   */
  public static RunningPlatform at(Path directory) throws IOException {
    Path file = DataDirectory.at(directory).endpointFile();
    if (!Files.isReadable(file)) {
      throw new UserError("no platform runs on " + directory + ": start one with ./run");
    }
    Map<String, String> values = new HashMap<>();
    for (String line : Files.readAllLines(file)) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        values.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return new RunningPlatform(
        values.get("COUNTERMARK_URL"),
        values.get("COUNTERMARK_ADMIN_TOKEN"),
        Optional.ofNullable(values.get("COUNTERMARK_HTTPS_URL")),
        Optional.ofNullable(values.get("COUNTERMARK_TLS_CA")).map(Path::of),
        () -> {});
  }

  /** Starts one on temporary data and a free port; closing stops it and deletes the data. */
  public static RunningPlatform startTemporary(Consumer<String> report) throws IOException {
    Path directory = Files.createTempDirectory("countermark-data-");
    var ports = Ports.free(2);
    int port = ports.next();
    int httpsPort = ports.next();
    String url = "http://127.0.0.1:" + port;
    String httpsUrl = "https://127.0.0.1:" + httpsPort;
    report.accept("starting a platform of its own ...");
    Platform platform =
        new Platform(
            Installation.find(),
            DataDirectory.open(directory),
            new Platform.Settings(
                "127.0.0.1", port, url, httpsPort, Optional.of(httpsUrl), Map.of()),
            report);
    Thread stop = new Thread(() -> stop(platform, directory), "stop");
    Runtime.getRuntime().addShutdownHook(stop);
    platform.start();
    return new RunningPlatform(
        url,
        platform.adminToken(),
        Optional.of(httpsUrl),
        platform.tlsAuthority(),
        () -> stop(platform, directory));
  }

  private static void stop(Platform platform, Path directory) {
    platform.close();
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // the second of two calls finds nothing, and what stays is temporary
    }
  }

  @Override
  public void close() throws Exception {
    end.close();
  }
}
