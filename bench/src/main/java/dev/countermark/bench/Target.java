package dev.countermark.bench;

import dev.countermark.testkit.http.HttpCaller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The platform under load: the one that COUNTERMARK_URL and COUNTERMARK_ADMIN_TOKEN name, else a
 * fresh one on an empty directory.
 *
 * @param caller has the token
 * @param scratch deleted at the end; on the disk that everything is measured on
 * @param data where the platform keeps its data, when it was started here
 */
public record Target(URI url, HttpCaller caller, String token, Path scratch, Optional<Path> data) {
  /** The part that clients talk to. */
  public static final String GATEWAY = "upload-gateway";

  /** The part that signs packages. */
  public static final String SIGNER = "signer";

  public static Target open() throws IOException {
    return open(Map.of());
  }

  /**
   * @param settings of the services and options of the launcher: both only when the platform is
   *     started here
   */
  public static Target open(Map<String, String> settings, String... options) throws IOException {
    Path scratch = Files.createTempDirectory("countermark-bench");
    String url = System.getenv("COUNTERMARK_URL");
    if (url != null) {
      return at(URI.create(url), System.getenv("COUNTERMARK_ADMIN_TOKEN"), scratch, null);
    }
    Path data = scratch.resolve("data");
    List<String> command =
        new ArrayList<>(
            List.of(
                launcher(),
                "--detach",
                "--data",
                data.toString(),
                "--port",
                Integer.toString(Programs.freePort())));
    command.addAll(List.of(options));
    Programs.run(scratch, settings, command);
    Map<String, String> endpoint = properties(data.resolve("endpoint.env"));
    return at(
        URI.create(endpoint.get("COUNTERMARK_URL")),
        endpoint.get("COUNTERMARK_ADMIN_TOKEN"),
        scratch,
        data);
  }

  private static Map<String, String> properties(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .map(line -> line.split("=", 2))
          .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the launcher set of a service, when the platform was started here. */
  public Optional<Map<String, String>> settings(String service) {
    return data.map(d -> properties(d.resolve("config").resolve(service + ".properties")));
  }

  /**
   * Where a service tells operators what it measures; only when the platform was started here.
   *
   * @param service such as {@code upload-gateway}
   */
  public Optional<HttpCaller> management(String service) {
    return settings(service)
        .map(s -> s.getOrDefault("quarkus.management.port", s.get("quarkus.http.port")))
        .map(port -> HttpCaller.anonymous(URI.create("http://127.0.0.1:" + port)));
  }

  /** One client for all, so that connections are kept. */
  private static Target at(URI url, String token, Path scratch, Path data) {
    return new Target(
        url, HttpCaller.withToken(url, token), token, scratch, Optional.ofNullable(data));
  }

  private static String launcher() {
    return Path.of(System.getProperty("countermark.home", ".")).resolve("run").toString();
  }

  /**
   * Asks for something that only administrators may.
   *
   * @param wanted status; any other ends the benchmark
   * @return the answer's body
   */
  public byte[] order(String method, String path, byte[] body, int wanted) {
    return wanted(
        method, path, HttpCaller.withBearer(url, token).send(method, path, body, Map.of()), wanted);
  }

  /**
   * Sends a request with the token.
   *
   * @param wanted status; any other ends the benchmark
   * @return the answer's body
   */
  public byte[] send(
      String method, String path, byte[] body, Map<String, String> headers, int wanted) {
    return wanted(method, path, caller.send(method, path, body, headers), wanted);
  }

  private static byte[] wanted(
      String method, String path, HttpResponse<byte[]> response, int wanted) {
    if (response.statusCode() != wanted) {
      throw new IllegalStateException(
          method
              + " "
              + path
              + " -> "
              + response.statusCode()
              + " "
              + new String(response.body(), StandardCharsets.UTF_8));
    }
    return response.body();
  }

  /**
   * Makes a new key the current one at once, as an operator of the key service may; only when the
   * platform was started here.
   *
   * @param repository {@code owner/name}
   */
  public void rotate(String repository, String purpose) {
    Path credential =
        data.orElseThrow().resolve("secrets").resolve("key-service-credential-operator");
    URI keys = URI.create(settings(GATEWAY).orElseThrow().get("countermark.keys.url"));
    try {
      HttpResponse<byte[]> answer =
          HttpCaller.withBearer(keys, Files.readString(credential).strip())
              .send(
                  "POST",
                  "/v1/repositories/"
                      + repository
                      + "/keys/"
                      + purpose
                      + ":rotate?immediately=true",
                  null,
                  Map.of());
      if (answer.statusCode() != 200) {
        throw new IllegalStateException("the rotation was answered " + answer.statusCode());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The process of a part, when the platform was started here.
   *
   * @param part such as {@code upload-gateway}
   */
  public Optional<Long> process(String part) {
    return data.map(
        directory -> {
          try {
            return Long.parseLong(
                Files.readString(directory.resolve("run").resolve(part + ".pid")).strip());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** Processor time that each part of the platform took so far; empty when it runs elsewhere. */
  Map<String, Duration> processorTimes() {
    Map<String, Duration> times = new TreeMap<>();
    if (data.isEmpty()) {
      return times;
    }
    try (Stream<Path> files = Files.list(data.get().resolve("run"))) {
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".pid"))
          .map(name -> name.substring(0, name.length() - ".pid".length()))
          .forEach(
              part ->
                  process(part)
                      .flatMap(ProcessHandle::of)
                      .flatMap(handle -> handle.info().totalCpuDuration())
                      .ifPresent(time -> times.put(part, time)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return times;
  }

  public void signal(String signal, long process) {
    Programs.run(scratch, Map.of(), List.of("kill", "-" + signal, Long.toString(process)));
  }

  /** Stops the platform, if it was started here, and deletes all that was written. */
  void close() {
    data.ifPresent(
        directory ->
            Programs.run(
                scratch, Map.of(), List.of(launcher(), "stop", "--data", directory.toString())));
    try (Stream<Path> files = Files.walk(scratch)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + scratch, e);
    }
  }
}
