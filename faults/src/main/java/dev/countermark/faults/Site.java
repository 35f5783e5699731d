package dev.countermark.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.blobs.S3BlobStore;
import dev.countermark.blobs.S3Settings;
import dev.countermark.contracts.Json;
import dev.countermark.faults.detour.Detours;
import dev.countermark.standalone.Arrangement;
import dev.countermark.standalone.RunningPlatform;
import dev.countermark.testkit.http.HttpCaller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** The platform that is broken: two gateways, two signers, and a detour to whatever they need. */
final class Site implements AutoCloseable {
  private static final int GATEWAYS = 2;
  private static final int SIGNERS = 2;
  private static final String GATEWAY = "upload-gateway";

  private final RunningPlatform platform;
  private final Path data;
  private final Detours detours;
  private final List<URI> gateways;
  private final HttpCaller keys;

  private Site(RunningPlatform platform, Path data, Detours detours) {
    this.platform = platform;
    this.data = data;
    this.detours = detours;
    this.gateways =
        List.of(
            URI.create("http://127.0.0.1:" + setting(GATEWAY, "quarkus.http.port")),
            URI.create("http://127.0.0.1:" + setting(GATEWAY + "-2", "quarkus.http.port")));
    this.keys =
        HttpCaller.withBearer(
            URI.create(setting(GATEWAY, "countermark.keys.url")),
            secret("key-service-credential-operator"));
  }

  static Site start(Path data) throws IOException {
    Detours detours = new Detours();
    // What ends soon gains nothing from the late compiler, which takes half of it.
    Arrangement arrangement =
        new Arrangement(GATEWAYS, SIGNERS, detours, List.of("-XX:TieredStopAtLevel=1"));
    return new Site(RunningPlatform.start(data, arrangement, line -> {}), data, detours);
  }

  Detours detours() {
    return detours;
  }

  List<URI> gateways() {
    return gateways;
  }

  Path data() {
    return data;
  }

  /** A setting of a part, as the launcher made it. */
  String setting(String part, String key) {
    Properties settings = new Properties();
    try (var in = Files.newBufferedReader(data.resolve("config/" + part + ".properties"))) {
      settings.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return settings.getProperty(key);
  }

  private String secret(String name) {
    try {
      return Files.readString(data.resolve("secrets").resolve(name)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The process of a part; empty while there is none, or its number is just being written. */
  Optional<ProcessHandle> process(String part) {
    try {
      String pid = Files.readString(data.resolve("run").resolve(part + ".pid")).strip();
      return ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive);
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  String broker() {
    return setting(GATEWAY, "kafka.bootstrap.servers");
  }

  S3BlobStore packages() {
    return bucket(GATEWAY, "packages");
  }

  S3BlobStore keys() {
    return bucket("key-service", "keys");
  }

  private S3BlobStore bucket(String part, String identity) {
    return S3BlobStore.connect(
        new S3Settings(
            URI.create(setting(part, "countermark.store.endpoint")),
            "us-east-1",
            setting(part, "countermark.store.bucket"),
            identity,
            secret("store-" + identity)));
  }

  /** The management API of a gateway, as an administrator. */
  HttpCaller admin(int gateway) {
    return HttpCaller.withBearer(gateways.get(gateway), adminToken());
  }

  private String adminToken() {
    return platform.adminToken();
  }

  /** Makes a repository, with a token that may change it and one that may not. */
  List<Feed> repository(String name, int number, String label, ObjectNode settings) {
    HttpCaller admin = admin(0);
    String path = "/api/v1/repositories/" + name;
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putObject("settings").set(label, settings);
    HttpResponse<byte[]> made = json(admin, "PUT", path, body);
    if (made.statusCode() != 201) {
      throw new IllegalStateException(Answers.told(made));
    }
    String push = token(admin, path, "push", "delete");
    String pull = token(admin, path, "pull");
    return gateways.stream().map(gateway -> Feed.of(number, name, gateway, push, pull)).toList();
  }

  private static String token(HttpCaller admin, String repository, String... scopes) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    var list = body.putArray("scopes");
    for (String scope : scopes) {
      list.add(scope);
    }
    HttpResponse<byte[]> made = json(admin, "POST", repository + "/tokens", body);
    if (made.statusCode() != 201) {
      throw new IllegalStateException(Answers.told(made));
    }
    return Json.read(made.body(), JsonNode.class).path("token").asText();
  }

  static HttpResponse<byte[]> json(HttpCaller to, String method, String path, JsonNode body) {
    return to.send(method, path, Json.write(body), Map.of("Content-Type", "application/json"));
  }

  /** Gives a repository a new key at once. */
  HttpResponse<byte[]> rotate(String repository, String purpose) {
    return Answers.settled(
        keys.send(
            "POST",
            "/v1/repositories/" + repository + "/keys/" + purpose + ":rotate?immediately=true",
            null,
            Map.of()));
  }

  @Override
  public void close() throws Exception {
    platform.close();
    detours.close();
  }
}
