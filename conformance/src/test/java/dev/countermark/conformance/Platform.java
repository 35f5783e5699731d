package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.contracts.Json;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Assumptions;

/**
 * A running platform: one that the environment names (COUNTERMARK_URL and COUNTERMARK_ADMIN_TOKEN),
 * else one that this starts from the built artefacts on a free port over an empty directory.
 */
public final class Platform implements AutoCloseable {
  /** The part that signs packages. */
  public static final String SIGNER = "signer";

  private static final Duration START_LIMIT = Duration.ofMinutes(8);

  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final String RUN = Long.toString(System.nanoTime() & 0xffffffffL, 36);

  private final URI url;
  private final String adminToken;
  private final Optional<Path> data;
  private final Optional<URI> httpsUrl;
  private final Optional<Path> tlsAuthority;
  private final Path scratch;
  private final Path home;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private Platform(Map<String, String> endpoint, Optional<Path> data, Path scratch, Path home) {
    this.url = URI.create(endpoint.get("COUNTERMARK_URL"));
    this.adminToken = endpoint.get("COUNTERMARK_ADMIN_TOKEN");
    this.httpsUrl = Optional.ofNullable(endpoint.get("COUNTERMARK_HTTPS_URL")).map(URI::create);
    this.tlsAuthority = Optional.ofNullable(endpoint.get("COUNTERMARK_TLS_CA")).map(Path::of);
    this.data = data;
    this.scratch = scratch;
    this.home = home;
  }

  /** The one that the environment names, or a fresh one. */
  public static Platform open() {
    String url = System.getenv("COUNTERMARK_URL");
    if (url == null) {
      return start();
    }
    String token = System.getenv("COUNTERMARK_ADMIN_TOKEN");
    if (token == null) {
      throw new IllegalStateException("COUNTERMARK_URL is set, COUNTERMARK_ADMIN_TOKEN is not");
    }
    return new Platform(System.getenv(), Optional.empty(), temporary(), ProjectFiles.root());
  }

  /** One that somebody else started and ends. */
  public static Platform at(URI url, String adminToken) {
    return new Platform(
        Map.of("COUNTERMARK_URL", url.toString(), "COUNTERMARK_ADMIN_TOKEN", adminToken),
        Optional.empty(),
        temporary(),
        ProjectFiles.root());
  }

  /** A fresh one that nobody else uses. */
  public static Platform start() {
    return start(Map.of());
  }

  /**
   * A fresh one that nobody else uses.
   *
   * @param environment of all its parts
   */
  public static Platform start(Map<String, String> environment) {
    Path scratch = temporary();
    return start(ProjectFiles.root(), scratch, scratch.resolve("data"), environment);
  }

  /**
   * A fresh one that nobody else uses.
   *
   * @param options of the launcher
   */
  public static Platform startWith(String... options) {
    Path scratch = temporary();
    return start(ProjectFiles.root(), scratch, scratch.resolve("data"), Map.of(), options);
  }

  /**
   * A fresh one that nobody else uses, of other artefacts.
   *
   * @param home a folder as the checkout is, with what was built
   */
  public static Platform startFrom(Path home) {
    Path scratch = temporary();
    return start(home, scratch, scratch.resolve("data"), Map.of());
  }

  /**
   * One that nobody else uses, on what another one left.
   *
   * @param data its directory
   */
  static Platform startOver(Path data) {
    return start(ProjectFiles.root(), temporary(), data, Map.of());
  }

  /** As {@code ./run} does after a build: what is started many times is worth it. */
  static synchronized void prepare() {
    Path root = ProjectFiles.root();
    Path target = root.resolve("standalone/target");
    try (FileChannel lock =
        FileChannel.open(
            target.resolve("prepare.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      lock.lock();
      if (!Files.isDirectory(target.resolve("class-archives"))) {
        launcher(root, START_LIMIT, Map.of(), "prepare").succeeded();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Platform start(
      Path home, Path scratch, Path data, Map<String, String> environment, String... options) {
    prepare();
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("--detach", "--data", data.toString()));
    arguments.addAll(List.of("--port", Integer.toString(FreePorts.forPlatform())));
    launcher(home, START_LIMIT, shortLived(environment), arguments.toArray(String[]::new))
        .succeeded();
    try {
      return new Platform(endpoint(data.resolve("endpoint.env")), Optional.of(data), scratch, home);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What lives for a minute or two gains nothing from the late compiler, which takes half of it.
   */
  static Map<String, String> shortLived(Map<String, String> environment) {
    Map<String, String> all = new LinkedHashMap<>(environment);
    all.putIfAbsent("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1");
    return all;
  }

  /** As {@code ./run}, without its look at whether a build is due: this is part of one. */
  static Command.Result launcher(
      Path home, Duration limit, Map<String, String> environment, String... arguments) {
    Path target = home.resolve("standalone/target");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dcountermark.home=" + home,
                "-cp",
                target.resolve("standalone.jar")
                    + File.pathSeparator
                    + target.resolve("lib")
                    + "/*",
                "dev.countermark.standalone.Main"));
    command.addAll(List.of(arguments));
    return Command.run(home, environment, limit, command);
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("countermark-conformance");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, String> endpoint(Path file) throws IOException {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.contains("="))
          .collect(
              java.util.stream.Collectors.toMap(
                  line -> line.substring(0, line.indexOf('=')),
                  line -> line.substring(line.indexOf('=') + 1)));
    }
  }

  /**
   * Runs a command of the launcher, such as {@code status}, on a platform that this run started.
   */
  public Command.Result launch(String command) {
    return launcher(home, START_LIMIT, Map.of(), command, "--data", requireData().toString());
  }

  public URI url() {
    return url;
  }

  /** The platform over TLS; NuGet clients take nothing else. */
  public URI httpsUrl() {
    return httpsUrl.orElseThrow(
        () -> new IllegalStateException("COUNTERMARK_HTTPS_URL is not set"));
  }

  /** Over TLS where it has that. */
  public URI safestUrl() {
    return httpsUrl.orElse(url);
  }

  /** PEM file of the authority of the platform's TLS certificate. */
  public Optional<Path> tlsAuthority() {
    return tlsAuthority;
  }

  /** {@code host:port}, as image references begin with. */
  public String host() {
    return url.getAuthority();
  }

  public String adminToken() {
    return adminToken;
  }

  /** Present when this fixture started the platform. */
  public Optional<Path> data() {
    return data;
  }

  /** The directory of a platform that this run started; elsewhere the test is skipped. */
  public Path requireData() {
    Assumptions.assumeTrue(data.isPresent(), "the platform is not this run's own");
    return data.orElseThrow();
  }

  /** A setting that the launcher gave to a part, of a platform that this run started. */
  public Optional<String> setting(String part, String key) {
    Properties settings = new Properties();
    try (var in = Files.newInputStream(requireData().resolve("config/" + part + ".properties"))) {
      settings.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Optional.ofNullable(settings.getProperty(key));
  }

  /** What a part measures, of a platform that this run started. */
  public String metrics(String part) {
    return new String(manage(part, "/q/metrics").body(), StandardCharsets.UTF_8);
  }

  /** What a part tells operators only, of a platform that this run started. */
  public HttpResponse<byte[]> manage(String part, String path) {
    String port =
        setting(part, "quarkus.management.port")
            .or(() -> setting(part, "quarkus.http.port"))
            .orElseThrow();
    URI address = URI.create("http://127.0.0.1:" + port + path);
    return send(HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(60)).build());
  }

  /** What the platform proves by TLS that it is, of a platform that this run started. */
  public SSLContext tls() {
    return PlatformTls.serving(requireData().resolve("tls"));
  }

  /** What a client has that trusts the platform's authority and no other. */
  public SSLContext trustingTls() {
    return PlatformTls.trusting(tlsAuthority().orElseThrow());
  }

  /** The same as {@link #get} over TLS. */
  public HttpResponse<byte[]> getSecurely(String path) {
    HttpClient secure = HttpClient.newBuilder().sslContext(trustingTls()).build();
    HttpRequest request =
        HttpRequest.newBuilder(httpsUrl().resolve(path)).timeout(Duration.ofSeconds(60)).build();
    return send(secure, request);
  }

  /** A directory that is deleted at the end. */
  public Path scratch() {
    return scratch;
  }

  /**
   * A new repository with a token that may push and pull.
   *
   * @param format whose settings these are
   */
  public Repository repository(String format, ObjectNode settings) {
    return repository(unmade().path(), format, settings);
  }

  /** One that is not there yet, as an administrator sees it. */
  public Repository unmade() {
    return new Repository("team-" + RUN + "/r" + NAMES.incrementAndGet(), adminToken);
  }

  /**
   * One of a name that there may have been before.
   *
   * @param repository {@code owner/name}
   */
  public Repository repository(String repository, String format, ObjectNode settings) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putObject("settings").set(format, settings);
    expect(call("PUT", "/api/v1/repositories/" + repository, Json.write(body)), 200, 201);
    HttpResponse<byte[]> answer =
        call(
            "POST",
            "/api/v1/repositories/" + repository + "/tokens",
            "{\"scopes\":[\"push\",\"delete\"]}".getBytes(StandardCharsets.UTF_8));
    expect(answer, 200, 201);
    String token = Json.read(answer.body(), JsonNode.class).path("token").asText();
    return new Repository(repository, token);
  }

  /**
   * A repository as somebody with a token sees it.
   *
   * @param path {@code owner/name}, whether or not there is one
   */
  public Repository asSeenWith(String path, String token) {
    return new Repository(path, token);
  }

  /** Ends a part at once (SIGKILL), of a platform that this run started; it is started again. */
  public void kill(String part) {
    ProcessHandle.of(process(part)).orElseThrow().destroyForcibly();
  }

  /** The process that a part is now, of a platform that this run started. */
  public long process(String part) {
    try {
      return Long.parseLong(
          Files.readString(requireData().resolve("run").resolve(part + ".pid")).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void expect(HttpResponse<byte[]> response, Integer... statuses) {
    assertThat(response.statusCode())
        .as(() -> response.uri() + " " + new String(response.body(), StandardCharsets.UTF_8))
        .isIn((Object[]) statuses);
  }

  /**
   * Rotates a key at once, as an operator who cannot wait.
   *
   * @return the key service's answer
   */
  public JsonNode rotateImmediately(String repository, String purpose) {
    return order(repository, purpose + ":rotate?immediately=true");
  }

  /**
   * Rotates a key as an operator who has time: the new version signs once it was announced.
   *
   * @return the key service's answer
   */
  public JsonNode rotate(String repository, String purpose) {
    return order(repository, purpose + ":rotate");
  }

  /** Marks a version of a key as no longer to be trusted; it must not be the current one. */
  public void revoke(String repository, String purpose, int version) {
    order(repository, purpose + "/" + version + ":revoke");
  }

  /** What only operators may ask of the key service. */
  private JsonNode order(String repository, String what) {
    try {
      Path secrets = requireData().resolve("secrets");
      String credential =
          Files.readString(secrets.resolve("key-service-credential-operator")).strip();
      URI address =
          URI.create(
              "http://127.0.0.1:"
                  + setting("key-service", "quarkus.http.port").orElseThrow()
                  + "/v1/repositories/"
                  + repository
                  + "/keys/"
                  + what);
      HttpResponse<byte[]> answer =
          send(
              HttpRequest.newBuilder(address)
                  .timeout(Duration.ofSeconds(60))
                  .header("Authorization", "Bearer " + credential)
                  .POST(BodyPublishers.noBody())
                  .build());
      expect(answer, 200);
      return Json.read(answer.body(), JsonNode.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Management call with the admin token. */
  public HttpResponse<byte[]> call(String method, String path, byte[] json) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url.resolve(path))
            .timeout(Duration.ofSeconds(60))
            .header("Authorization", "Bearer " + adminToken)
            .method(
                method, json == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(json));
    if (json != null) {
      request.header("Content-Type", "application/json");
    }
    return send(request.build());
  }

  /** Anonymous GET, as verifiers fetch trust material and status. */
  public HttpResponse<byte[]> get(String path) {
    return send(HttpRequest.newBuilder(url.resolve(path)).timeout(Duration.ofSeconds(60)).build());
  }

  private HttpResponse<byte[]> send(HttpRequest request) {
    return send(http, request);
  }

  private static HttpResponse<byte[]> send(HttpClient http, HttpRequest request) {
    try {
      return http.send(request, BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(request.uri().toString(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** With the credentials of these repositories, by whatever name clients call this host. */
  public Client.Home home(Repository... repositories) {
    Map<String, String> tokens = new LinkedHashMap<>();
    for (Repository repository : repositories) {
      tokens.put(host(), repository.token());
      tokens.put("localhost:" + url.getPort(), repository.token());
    }
    return Client.Home.create(scratch, tokens);
  }

  @Override
  public void close() {
    data.ifPresent(
        directory -> {
          String[] stop = {"stop", "--data", directory.toString()};
          launcher(home, Duration.ofMinutes(1), Map.of(), stop).succeeded();
        });
    try (Stream<Path> files = Files.walk(scratch)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException | UncheckedIOException e) {
      System.err.println("left behind: " + scratch + " (" + e.getMessage() + ")");
    }
  }

  /** A repository of this platform and what its team holds. */
  public final class Repository {
    private final String path;
    private final String token;

    private Repository(String path, String token) {
      this.path = path;
      this.token = token;
    }

    /** {@code owner/name}. */
    public String path() {
      return path;
    }

    public String token() {
      return token;
    }

    /** Has a new look at every package of this repository, and waits until that is over. */
    public void resync() {
      Resync.of(Platform.this, path, "{}");
    }
  }

  /** For addresses. */
  public static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
