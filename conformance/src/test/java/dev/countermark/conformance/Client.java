package dev.countermark.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * A released client from the PATH, run in a home directory of its own so that neither the
 * developer's credentials nor configuration take part.
 */
public final class Client {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final Map<String, Optional<Client>> FOUND = new ConcurrentHashMap<>();

  private final String name;
  private final Path program;

  private Client(String name, Path program) {
    this.name = name;
    this.program = program;
  }

  /** cosign 2: {@code cosign2}, or a {@code cosign} of that major version. */
  public static Client cosign2() {
    return require("cosign2");
  }

  /** cosign 3: {@code cosign3}, or a {@code cosign} of that major version. */
  public static Client cosign3() {
    return require("cosign3");
  }

  /**
   * The client, or a skipped test that names it.
   *
   * @param name program name; {@code cosign2} and {@code cosign3} also match a plain {@code cosign}
   */
  public static Client require(String name) {
    Optional<Client> client = findOrRecord(name);
    assumeTrue(client.isPresent(), () -> name + " is not on the PATH");
    return client.orElseThrow();
  }

  /** A client that is not on the PATH. */
  public static Client at(Path program) {
    return new Client(program.getFileName().toString(), program);
  }

  /** The client where it is installed; where not, that is recorded. */
  public static Optional<Client> findOrRecord(String name) {
    Optional<Client> client = find(name);
    if (client.isEmpty()) {
      SkippedClients.record(name);
    }
    return client;
  }

  public static Optional<Client> find(String name) {
    return FOUND.computeIfAbsent(name, Client::search);
  }

  private static Optional<Client> search(String name) {
    Optional<Path> exact = onPath(name);
    if (exact.isPresent()) {
      return exact.map(program -> new Client(name, program));
    }
    if (!name.startsWith("cosign")) {
      return Optional.empty();
    }
    String major = name.substring("cosign".length());
    return onPath("cosign")
        .filter(program -> cosignVersion(program).startsWith(major + "."))
        .map(program -> new Client(name, program));
  }

  private static Optional<Path> onPath(String name) {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory).resolve(name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Without a leading {@code v}. */
  private static String cosignVersion(Path cosign) {
    return Command.run(
            Path.of("."), Map.of(), LIMIT, List.of(cosign.toString(), "version", "--json"))
        .output()
        .lines()
        .filter(line -> line.contains("\"gitVersion\""))
        .map(line -> line.replaceAll(".*: *\"v?([^\"]*)\".*", "$1"))
        .findFirst()
        .orElse("");
  }

  public Path program() {
    return program;
  }

  /** Runs it; the exit code is the caller's to judge. */
  public Command.Result run(Home home, String... arguments) {
    return run(home, LIMIT, Map.of(), arguments);
  }

  public Command.Result run(
      Home home, Duration limit, Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(Arrays.asList(arguments));
    Map<String, String> all = new LinkedHashMap<>(home.environment());
    all.putAll(environment);
    return Command.run(home.directory(), all, limit, command);
  }

  @Override
  public String toString() {
    return name;
  }

  /** A home directory with registry credentials in the form that all clients read. */
  public record Home(Path directory) {
    /**
     * @param tokens by {@code host:port}; sent as the password of user {@code token}
     */
    public static Home create(Path parent, Map<String, String> tokens) {
      try {
        Path directory = Files.createTempDirectory(parent, "home");
        Path docker = Files.createDirectories(directory.resolve("docker"));
        String auths =
            tokens.entrySet().stream()
                .map(e -> "\"" + e.getKey() + "\":{\"auth\":\"" + basic(e.getValue()) + "\"}")
                .collect(Collectors.joining(","));
        Files.writeString(docker.resolve("config.json"), "{\"auths\":{" + auths + "}}");
        return new Home(directory);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static String basic(String token) {
      return Base64.getEncoder()
          .encodeToString(("token:" + token).getBytes(StandardCharsets.UTF_8));
    }

    public Map<String, String> environment() {
      Path docker = directory.resolve("docker");
      return Map.of(
          "HOME", directory.toString(),
          "CFFIXED_USER_HOME", directory.toString(), // as Swift says it
          "XDG_CONFIG_HOME", directory.resolve("config").toString(),
          "XDG_RUNTIME_DIR", directory.toString(),
          "DOCKER_CONFIG", docker.toString(),
          "REGISTRY_AUTH_FILE", docker.resolve("config.json").toString(),
          "COSIGN_PASSWORD", "",
          "COSIGN_YES", "true");
    }

    /** Writes a file into this home and returns its absolute path. */
    public String file(String name, String content) {
      try {
        return Files.writeString(directory.resolve(name), content).toString();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
