package dev.countermark.conformance.nuget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.conformance.Packages;
import dev.countermark.conformance.Platform;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.nuget.NugetPackage;
import dev.countermark.testkit.nuget.NugetPush;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.zip.GZIPInputStream;

/** The NuGet feed of a repository of its own, over TLS. */
public final class NugetFeed {
  private static final Duration SIGNED_LIMIT = Duration.ofSeconds(60);

  private final Platform platform;
  private final Platform.Repository repository;
  private final HttpClient http;

  private NugetFeed(Platform platform, Platform.Repository repository) {
    this.platform = platform;
    this.repository = repository;
    HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
    if (platform.tlsAuthority().isPresent()) {
      builder.sslContext(platform.trustingTls());
    }
    this.http = builder.build();
  }

  /**
   * @param repository as somebody sees it
   */
  public static NugetFeed of(Platform platform, Platform.Repository repository) {
    return new NugetFeed(platform, repository);
  }

  /** Anybody may restore from it. */
  public static NugetFeed open(Platform platform) {
    return open(platform, JsonNodeFactory.instance.objectNode().put("anonymousRead", true));
  }

  public static NugetFeed open(Platform platform, ObjectNode settings) {
    return new NugetFeed(platform, platform.repository("nuget", settings));
  }

  public Platform.Repository repository() {
    return repository;
  }

  String owner() {
    return repository.path().substring(0, repository.path().indexOf('/'));
  }

  String index() {
    return platform.safestUrl() + "/" + repository.path() + "/nuget/v3/index.json";
  }

  /** {@code nuget.config} as the platform hands it out. */
  String config() {
    HttpResponse<byte[]> answer = get("/keys/nuget/nuget.config");
    assertThat(answer.statusCode()).isEqualTo(200);
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  /** Below the repository's address, without credentials. */
  HttpResponse<byte[]> get(String path) {
    return send(request(path).build());
  }

  /** With a token as password. */
  HttpResponse<byte[]> getAs(String token, String path) {
    String credentials =
        Base64.getEncoder().encodeToString(("token:" + token).getBytes(StandardCharsets.UTF_8));
    return send(request(path).header("Authorization", "Basic " + credentials).build());
  }

  public HttpResponse<byte[]> getWithApiKey(String key, String path) {
    return send(request(path).header("X-NuGet-ApiKey", key).build());
  }

  /** What the feed says about the signatures of its packages. */
  JsonNode signatures() {
    return json(resources().get("RepositorySignatures/5.0.0").asText());
  }

  /** Addresses by type, as the service index has them. */
  Map<String, JsonNode> resources() {
    Map<String, JsonNode> addresses = new HashMap<>();
    for (JsonNode resource : json(index()).path("resources")) {
      addresses.put(resource.path("@type").asText(), resource.path("@id"));
    }
    return addresses;
  }

  /** A document, compressed or not. */
  JsonNode json(String address) {
    HttpResponse<byte[]> answer = Packages.available(send(to(address).build()));
    assertThat(answer.statusCode()).as(address).isEqualTo(200);
    if (answer.headers().firstValue("Content-Encoding").filter("gzip"::equals).isEmpty()) {
      return Json.read(answer.body(), JsonNode.class);
    }
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
      return Json.read(in.readAllBytes(), JsonNode.class);
    } catch (IOException e) {
      throw new UncheckedIOException(address, e);
    }
  }

  /** Unlists a version, or deletes it for good, as the repository is set. */
  HttpResponse<byte[]> delete(NugetPackage nupkg) {
    return send(
        request("/nuget/v3/package/" + nupkg.id() + "/" + nupkg.version())
            .header("X-NuGet-ApiKey", repository.token())
            .DELETE()
            .build());
  }

  /** Shows an unlisted version again. */
  HttpResponse<byte[]> relist(NugetPackage nupkg) {
    return send(
        request("/nuget/v3/package/" + nupkg.id() + "/" + nupkg.version())
            .header("X-NuGet-ApiKey", repository.token())
            .POST(BodyPublishers.noBody())
            .build());
  }

  public HttpResponse<byte[]> push(byte[] nupkg) {
    return push(nupkg, UUID.randomUUID().toString());
  }

  /**
   * @param session what a client calls all its tries of one push
   */
  HttpResponse<byte[]> push(byte[] nupkg, String session) {
    return push(BodyPublishers.ofByteArray(nupkg), session);
  }

  /** So many bytes that are no package; they are made while they are sent. */
  HttpResponse<byte[]> pushZeros(long size) {
    return push(
        BodyPublishers.ofInputStream(() -> new BoundedZeros(size)), UUID.randomUUID().toString());
  }

  private HttpResponse<byte[]> push(BodyPublisher nupkg, String session) {
    return send(
        NugetPush.of(request("/nuget/v3/package/"), repository.token(), session, nupkg).build());
  }

  private static final class BoundedZeros extends InputStream {
    private long left;

    BoundedZeros(long size) {
      left = size;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      int count = (int) Math.min(length, left);
      Arrays.fill(target, offset, offset + count, (byte) 0);
      left -= count;
      return count == 0 && length > 0 ? -1 : count;
    }
  }

  /** Pushes a package, waits until it is signed and visible, and downloads it. */
  public byte[] pushed(NugetPackage nupkg) {
    HttpResponse<byte[]> answer = push(nupkg.bytes());
    assertThat(answer.statusCode())
        .as(new String(answer.body(), StandardCharsets.UTF_8))
        .isEqualTo(202);
    awaitSigned(nupkg.id(), nupkg.version());
    return download(nupkg.id(), nupkg.version());
  }

  public JsonNode awaitSigned(String id, String version) {
    return await(id + " " + version + " is signed")
        .atMost(SIGNED_LIMIT)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> status(id, version), s -> "signed".equals(s.path("status").asText()));
  }

  public JsonNode status(String id, String version) {
    HttpResponse<byte[]> answer =
        send(
            request("/status/nuget/" + id + "/" + version)
                .header("X-NuGet-ApiKey", repository.token())
                .build());
    return Json.read(answer.body(), JsonNode.class);
  }

  byte[] download(String id, String version) {
    HttpResponse<byte[]> answer = find(id, version);
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.body();
  }

  /** The answer to whoever wants to download it. */
  public HttpResponse<byte[]> find(String id, String version) {
    String lower = id.toLowerCase(Locale.ROOT);
    return getWithApiKey(
        repository.token(), "/nuget/v3/flat/%1$s/%2$s/%1$s.%2$s.nupkg".formatted(lower, version));
  }

  /** Versions that clients see; none where there is no such package. */
  public List<String> listed(String id) {
    HttpResponse<byte[]> answer =
        getWithApiKey(
            repository.token(), "/nuget/v3/flat/" + id.toLowerCase(Locale.ROOT) + "/index.json");
    List<String> versions = new ArrayList<>();
    if (answer.statusCode() == 200) {
      Json.read(answer.body(), JsonNode.class)
          .path("versions")
          .forEach(v -> versions.add(v.asText()));
    } else {
      assertThat(answer.statusCode()).isEqualTo(404);
    }
    return versions;
  }

  private HttpRequest.Builder request(String path) {
    return to(platform.safestUrl() + "/" + repository.path() + path);
  }

  private static HttpRequest.Builder to(String address) {
    return HttpRequest.newBuilder(URI.create(address)).timeout(Duration.ofSeconds(60));
  }

  private HttpResponse<byte[]> send(HttpRequest request) {
    try {
      return http.send(request, BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(request.uri().toString(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Arguments with which a client pushes and deletes here. */
  List<String> credentials() {
    return List.of("-s", index(), "-k", repository().token());
  }
}
