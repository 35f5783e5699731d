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
  private final Addresses addresses;
  private final String adminToken;
  private final AutoCloseable end;

  private RunningPlatform(Addresses addresses, String adminToken, AutoCloseable end) {
    this.addresses = addresses;
    this.adminToken = adminToken;
    this.end = end;
  }

  public Addresses addresses() {
    return addresses;
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
        new Addresses(
            values.get("COUNTERMARK_URL"),
            Optional.ofNullable(values.get("COUNTERMARK_HTTPS_URL")),
            Optional.ofNullable(values.get("COUNTERMARK_TLS_CA")).map(Path::of)),
        values.get("COUNTERMARK_ADMIN_TOKEN"),
        () -> {});
  }

  /**
   * Starts one on a free port, without TLS; closing stops it and leaves the data.
   *
   * @param directory that it keeps its data in
   * @throws UserError when a part does not start
   */
  public static RunningPlatform start(
      Path directory, Arrangement arrangement, Consumer<String> report) throws IOException {
    Installation installation = Installation.find();
    int port = Ports.free(1).next();
    String url = "http://127.0.0.1:" + port;
    Platform platform =
        new Platform(
            installation,
            ClassArchives.of(installation.target()),
            DataDirectory.open(directory),
            new Platform.Settings(
                "127.0.0.1", port, url, 0, Optional.empty(), Map.of(), arrangement),
            report);
    Runtime.getRuntime().addShutdownHook(new Thread(platform::close, "stop"));
    platform.start();
    return new RunningPlatform(
        new Addresses(url, Optional.empty(), Optional.empty()),
        platform.adminToken(),
        platform::close);
  }

  /** Starts one on temporary data and a free port; closing stops it and deletes the data. */
  public static RunningPlatform startTemporary(Consumer<String> report) throws IOException {
    report.accept("starting a platform of its own ...");
    Installation installation = Installation.find();
    return startTemporary(installation, ClassArchives.of(installation.target()), report);
  }

  /** The same for other archives of classes. */
  static RunningPlatform startTemporary(
      Installation installation, ClassArchives archives, Consumer<String> report)
      throws IOException {
    Path directory = Files.createTempDirectory("countermark-data-");
    var ports = Ports.free(2);
    int port = ports.next();
    int httpsPort = ports.next();
    String url = "http://127.0.0.1:" + port;
    String httpsUrl = "https://127.0.0.1:" + httpsPort;
    Platform platform =
        new Platform(
            installation,
            archives,
            DataDirectory.open(directory),
            new Platform.Settings(
                "127.0.0.1",
                port,
                url,
                httpsPort,
                Optional.of(httpsUrl),
                Map.of(),
                Arrangement.PLAIN),
            report);
    Thread stop = new Thread(() -> stop(platform, directory), "stop");
    Runtime.getRuntime().addShutdownHook(stop);
    platform.start();
    return new RunningPlatform(
        new Addresses(url, Optional.of(httpsUrl), platform.tlsAuthority()),
        platform.adminToken(),
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
