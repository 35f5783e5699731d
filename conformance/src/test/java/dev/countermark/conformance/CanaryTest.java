package dev.countermark.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.http.HttpCaller;
import dev.countermark.testkit.topics.TopicClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A platform does all that it does with secrets, and tells of it in as many words as it has; then
 * everything that it wrote and told is searched for all of them.
 */
class CanaryTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  /** Of somebody who misspelled his token; with what has to be escaped. */
  private static final String WRONG = "wrong/credential+of a stranger&7f3a91c4d2";

  private static final List<String> PARTS = List.of("key-service", "signer", "upload-gateway");

  /** Folders in which a platform writes down what it does; elsewhere it keeps its secrets. */
  private static final List<String> WRITTEN = List.of("logs", "kafka", "objects", "run", "spool");

  private final Canaries canaries = new Canaries();
  private final ByteArrayOutputStream traces = new ByteArrayOutputStream();
  private final ByteArrayOutputStream hooks = new ByteArrayOutputStream();
  private HttpServer outside;
  private Platform platform;

  @BeforeEach
  void start() throws IOException {
    outside = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    outside.createContext("/v1/traces", exchange -> take(exchange, traces));
    outside.createContext("/hook", exchange -> take(exchange, hooks));
    outside.start();
    platform =
        Platform.start(
            Map.of(
                "COUNTERMARK_TRACING_ENDPOINT",
                address() + "/v1/traces",
                "COUNTERMARK_GATEWAY_WEBHOOKS_ALLOWED_NETWORKS",
                "127.0.0.1/32",
                "JAVA_TOOL_OPTIONS",
                "-XX:TieredStopAtLevel=1 '-Dquarkus.log.category.\"dev.countermark\".level=DEBUG'"
                    + " -Dquarkus.log.console.json.enabled=true"));
  }

  @AfterEach
  void stop() {
    platform.close();
    outside.stop(0);
  }

  private String address() {
    return "http://127.0.0.1:" + outside.getAddress().getPort();
  }

  private static void take(HttpExchange exchange, ByteArrayOutputStream to) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    String headers = exchange.getRequestHeaders().entrySet().toString();
    synchronized (to) {
      to.writeBytes(headers.getBytes(StandardCharsets.UTF_8));
      to.writeBytes(body);
    }
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private static byte[] taken(ByteArrayOutputStream from) {
    synchronized (from) {
      return from.toByteArray();
    }
  }

  private void plantThoseOfTheInstallation() throws IOException {
    try (Stream<Path> files = Files.list(platform.requireData().resolve("secrets"))) {
      for (Path file : files.toList()) {
        canaries.plant(file.getFileName().toString(), Files.readString(file).strip());
      }
    }
    assertThat(canaries.count()).as("admin, root, gateway, stores, services").isGreaterThan(6);
    canaries.plant("a wrong credential", WRONG);
  }

  /** What is behind its name, which may be told. */
  private static String secretOf(String token) {
    return token.substring(token.lastIndexOf('.') + 1);
  }

  private void publish(FormatCase format) {
    Platform.Repository repository = platform.repository(format.label(), format.settings());
    canaries.plant("token of " + format.label(), secretOf(repository.token()));
    String webhook = webhook(repository);
    canaries.plant("webhook of " + format.label(), webhook.substring(webhook.indexOf('_') + 1));
    Packages packages = format.packages(platform, repository);

    assertThat(packages.push(0)).isLessThan(300);
    await("signed").atMost(LIMIT).until(() -> packages.isSigned(0));
    assertThat(packages.fetch(0)).isPresent();
    // Other content under the same name, and somebody who may not.
    packages.push(0);
    assertThat(format.packages(platform, platform.asSeenWith(repository.path(), WRONG)).push(1))
        .isBetween(400, 499);
    platform.rotateImmediately(repository.path(), format.label());
    repository.resync();
    bearer(repository, format.label());
  }

  private String webhook(Platform.Repository repository) {
    ObjectNode wanted = JsonNodeFactory.instance.objectNode();
    wanted
        .put("url", address() + "/hook")
        .putArray("events")
        .add("dev.countermark.package.signed.v1");
    HttpResponse<byte[]> made =
        platform.call(
            "POST", "/api/v1/repositories/" + repository.path() + "/webhooks", Json.write(wanted));
    assertThat(made.statusCode()).isEqualTo(201);
    return Json.read(made.body(), JsonNode.class).path("secret").asText();
  }

  private void bearer(Platform.Repository repository, String label) {
    HttpResponse<byte[]> given =
        HttpCaller.withToken(platform.url(), repository.token())
            .send("GET", "/v2/token?service=x", null, Map.of());
    String bearer = Json.read(given.body(), JsonNode.class).path("token").asText();
    canaries.plant("bearer token of " + label, secretOf(bearer));
    HttpCaller.withBearer(platform.url(), bearer).send("GET", "/v2/", null, Map.of());
  }

  /** Where clients put credentials, and where they should not. */
  private void beWrong() {
    String query = "?token=" + Platform.encoded(WRONG) + "&access_token=" + Platform.encoded(WRONG);
    List<HttpCaller> callers =
        List.of(
            HttpCaller.withToken(platform.url(), WRONG),
            HttpCaller.withBearer(platform.url(), WRONG),
            HttpCaller.anonymous(platform.url()));
    for (HttpCaller caller : callers) {
      for (String path : List.of("/v2/", "/v2/token", "/api/v1/repositories", "/q/health", "/")) {
        caller.send("GET", path + query, null, Map.of());
      }
      caller.send("POST", "/api/v1/tokens" + query, ("{" + WRONG).getBytes(UTF_8), Map.of());
      caller.send(
          "POST",
          "/v2/token",
          ("grant_type=password&username=u&password=" + Platform.encoded(WRONG)).getBytes(UTF_8),
          Map.of("Content-Type", "application/x-www-form-urlencoded"));
    }
    HttpCaller.anonymous(platform.url())
        .send("GET", "/api/v1/repositories", null, Map.of("Authorization", "Digest " + WRONG));
    URI keys =
        URI.create(
            "http://127.0.0.1:"
                + platform.setting("key-service", "quarkus.http.port").orElseThrow());
    HttpResponse<byte[]> refused =
        HttpCaller.withBearer(keys, WRONG).send("GET", "/v1/caller" + query, null, Map.of());
    assertThat(refused.statusCode()).isBetween(400, 499);
  }

  private void leaveALetter() {
    Format<?, ?> format = Formats.all().get(0);
    String broker = platform.setting("upload-gateway", "kafka.bootstrap.servers").orElseThrow();
    try (TopicClient topics = new TopicClient(broker)) {
      topics.send(format.uploads(), "key", "no event".getBytes(UTF_8));
      await("a letter")
          .atMost(LIMIT)
          .until(
              () ->
                  new String(platform.call("GET", "/api/v1/dead-letters", null).body(), UTF_8)
                      .contains("MALFORMED_EVENT"));
    }
  }

  /** By where it is, all that was written or told. */
  private Map<String, byte[]> places() throws IOException {
    Map<String, byte[]> places = new LinkedHashMap<>();
    for (String folder : WRITTEN) {
      try (Stream<Path> files = Files.walk(platform.requireData().resolve(folder))) {
        files
            .filter(file -> Files.isRegularFile(file) && !file.toString().endsWith("index"))
            .forEach(file -> places.put(file.toString(), content(file)));
      }
    }
    for (String part : PARTS) {
      places.put("metrics of " + part, platform.metrics(part).getBytes(UTF_8));
      places.put("health of " + part, platform.manage(part, "/q/health/ready").body());
      places.put(
          "command line of " + part,
          ProcessHandle.of(platform.process(part))
              .flatMap(process -> process.info().commandLine())
              .orElse("")
              .getBytes(UTF_8));
    }
    places.put("traces", taken(traces));
    places.put("webhooks", taken(hooks));
    return places;
  }

  /** Files may go while they are read: what is stored for a moment only. */
  private static byte[] content(Path file) {
    try {
      return Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertTold(Map<String, byte[]> places, String place, String what) {
    assertThat(
            places.entrySet().stream()
                .filter(entry -> entry.getKey().contains(place))
                .map(entry -> new String(entry.getValue(), StandardCharsets.ISO_8859_1))
                .collect(Collectors.joining()))
        .as("what is in %s can be read there", place)
        .contains(what);
  }

  /** What collectors of logs search by. */
  private static void assertFields(Map<String, byte[]> places, String log, Predicate<JsonNode> of) {
    List<JsonNode> lines =
        places.entrySet().stream()
            .filter(place -> place.getKey().contains(log))
            .flatMap(place -> new String(place.getValue(), StandardCharsets.UTF_8).lines())
            // Before there is a log, the JVM says this and that.
            .dropWhile(line -> !line.startsWith("{"))
            .map(line -> Json.read(line.getBytes(StandardCharsets.UTF_8), JsonNode.class))
            .toList();
    assertThat(lines).as(log).allMatch(line -> line.has("time") && line.has("logger"));
    assertThat(lines).as(log).anyMatch(of);
  }

  @Test
  void noSecretIsInAnythingThatIsWrittenOrTold() throws IOException {
    plantThoseOfTheInstallation();
    for (FormatCase format : FormatCase.all()) {
      publish(format);
    }
    beWrong();
    leaveALetter();
    await("webhooks").atMost(LIMIT).until(() -> taken(hooks).length > 0);
    await("traces")
        .atMost(LIMIT)
        .until(() -> new String(taken(traces), StandardCharsets.ISO_8859_1).contains("pkg:"));

    Map<String, byte[]> places = places();
    assertTold(places, "access.log", "\"subject\":\"token ");
    assertTold(places, "upload-gateway.log", "INFO");
    assertTold(places, "signer.log", "INFO");
    assertFields(
        places,
        "signer.log",
        line ->
            line.at("/mdc/package").asText().startsWith("pkg:")
                && line.at("/mdc/trace").asText().length() == 32);
    assertFields(places, "upload-gateway.log", line -> line.path("level").asText().equals("INFO"));
    assertFields(
        places,
        "access.log",
        line -> line.path("status").asInt() == 201 && line.path("trace").asText().length() == 32);
    assertFields(places, "key-service.log", line -> line.path("level").asText().equals("INFO"));
    assertTold(places, "kafka", "dev.countermark.package.signed.v1");
    assertTold(places, "objects", "pushedBy");
    assertTold(places, "traces", "pkg:");
    assertTold(places, "metrics of upload-gateway", "countermark_");
    assertThat(
            places.entrySet().stream()
                .flatMap(
                    place ->
                        canaries.in(place.getValue()).stream()
                            .map(c -> c + " in " + place.getKey()))
                .toList())
        .isEmpty();
  }
}
