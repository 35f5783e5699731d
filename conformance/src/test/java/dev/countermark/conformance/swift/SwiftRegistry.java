package dev.countermark.conformance.swift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.conformance.Platform;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.swift.SwiftPackage;
import dev.countermark.testkit.swift.SwiftPublication;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The Swift registry of a repository of its own, over plain HTTP as the client speaks it. */
public final class SwiftRegistry {
  static final String JSON = "application/vnd.swift.registry.v1+json";
  static final String SWIFT = "application/vnd.swift.registry.v1+swift";
  static final String ZIP = "application/vnd.swift.registry.v1+zip";

  private static final Duration SIGNED_LIMIT = Duration.ofSeconds(60);

  private final Platform platform;
  private final Platform.Repository repository;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private SwiftRegistry(Platform platform, Platform.Repository repository) {
    this.platform = platform;
    this.repository = repository;
  }

  /**
   * @param repository as somebody sees it
   */
  public static SwiftRegistry of(Platform platform, Platform.Repository repository) {
    return new SwiftRegistry(platform, repository);
  }

  /** Anybody may resolve from it. */
  public static SwiftRegistry open(Platform platform) {
    return open(platform, JsonNodeFactory.instance.objectNode());
  }

  /**
   * @param settings beside that anybody may resolve from it
   */
  public static SwiftRegistry open(Platform platform, ObjectNode settings) {
    return new SwiftRegistry(
        platform, platform.repository("swift", settings.put("anonymousRead", true)));
  }

  static SwiftRegistry openPrivate(Platform platform) {
    return new SwiftRegistry(
        platform, platform.repository("swift", JsonNodeFactory.instance.objectNode()));
  }

  public Platform.Repository repository() {
    return repository;
  }

  /** Path of the registry. */
  String base() {
    return "/" + repository.path() + "/swift";
  }

  String url() {
    return platform.url() + base();
  }

  /** With the token in it, as the only way to send one without TLS. */
  String urlWithToken() {
    return url().replace("://", "://token:" + repository.token() + "@");
  }

  String httpsUrl() {
    return platform.httpsUrl() + base();
  }

  /** The root that vouches for every signature of this repository. */
  public X509Certificate root() {
    return SwiftSignatures.certificate(trust("root.cer"));
  }

  /** Trust material of the repository. */
  byte[] trust(String file) {
    HttpResponse<byte[]> answer = platform.get("/" + repository.path() + "/keys/swift/" + file);
    assertThat(answer.statusCode()).as(file).isEqualTo(200);
    return answer.body();
  }

  public HttpResponse<byte[]> publish(SwiftPackage pkg) {
    return publish(pkg.path(), SwiftPublication.of(pkg));
  }

  /**
   * As the client sends it.
   *
   * @param path {@code scope/name/version}
   */
  public HttpResponse<byte[]> publish(String path, SwiftPublication publication) {
    return send(publication.in(request("/" + path), repository.token()).build());
  }

  /** Publishes, waits until it is signed and visible, and fetches all of it. */
  public SwiftRelease published(SwiftPackage pkg) {
    assertAccepted(publish(pkg));
    awaitAvailable(pkg);
    return release(pkg);
  }

  public static void assertAccepted(HttpResponse<byte[]> answer) {
    assertThat(answer.statusCode())
        .as(() -> new String(answer.body(), StandardCharsets.UTF_8))
        .isIn(201, 202);
  }

  public JsonNode awaitAvailable(SwiftPackage pkg) {
    return awaitAvailable(pkg, SIGNED_LIMIT);
  }

  JsonNode awaitAvailable(SwiftPackage pkg, Duration limit) {
    HttpResponse<byte[]> answer =
        await(pkg.path() + " is available")
            .atMost(limit)
            .pollInterval(Duration.ofMillis(50))
            .until(() -> get("/" + pkg.path(), JSON), a -> a.statusCode() == 200);
    return Json.read(answer.body(), JsonNode.class);
  }

  /** Waits until the archive of a release has another signature than before. */
  SwiftRelease awaitOtherSignature(SwiftRelease before) {
    SwiftPackage pkg = before.pkg();
    return await("a new signature of " + pkg.path())
        .atMost(SIGNED_LIMIT)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> release(pkg),
            now -> !Arrays.equals(now.signature().orElseThrow(), before.signature().orElseThrow()));
  }

  /** All that it now says about a release. */
  public SwiftRelease release(SwiftPackage pkg) {
    JsonNode resource = metadata(pkg).path("resources").path(0);
    Map<String, byte[]> manifests = new LinkedHashMap<>();
    for (String file : pkg.files().keySet()) {
      if (file.equals(SwiftPackage.MANIFEST)) {
        manifests.put(file, fetched("/" + pkg.path() + "/" + file, SWIFT));
      } else if (file.startsWith("Package@swift-")) {
        String version = file.replaceAll("Package@swift-|\\.swift", "");
        manifests.put(
            file,
            fetched(
                "/" + pkg.path() + "/" + SwiftPackage.MANIFEST + "?swift-version=" + version,
                SWIFT));
      }
    }
    return new SwiftRelease(
        pkg,
        fetched("/" + pkg.path() + ".zip", ZIP),
        resource.path("checksum").asText(),
        Optional.ofNullable(resource.path("signing").path("signatureBase64Encoded").textValue())
            .map(Base64.getDecoder()::decode),
        resource.path("signing").path("signatureFormat").asText(),
        manifests);
  }

  JsonNode metadata(SwiftPackage pkg) {
    return Json.read(fetched("/" + pkg.path(), JSON), JsonNode.class);
  }

  private byte[] fetched(String path, String accept) {
    HttpResponse<byte[]> answer = get(path, accept);
    assertThat(answer.statusCode()).as(path).isEqualTo(200);
    return answer.body();
  }

  /**
   * With the repository's token.
   *
   * @param path below the registry's address
   */
  HttpResponse<byte[]> get(String path, String accept) {
    return send(
        request(path)
            .header("Accept", accept)
            .header("Authorization", "Bearer " + repository.token())
            .build());
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url() + path)).timeout(Duration.ofSeconds(60));
  }

  HttpResponse<byte[]> send(HttpRequest request) {
    try {
      return http.send(request, BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(request.uri().toString(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
