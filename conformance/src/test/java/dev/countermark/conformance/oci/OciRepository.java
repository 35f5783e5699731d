package dev.countermark.conformance.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Client;
import dev.countermark.conformance.Platform;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.oci.RegistryClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;

/** The images of a repository of its own. */
public final class OciRepository {
  private static final Duration SIGNED_LIMIT = Duration.ofSeconds(60);

  private final Platform platform;
  private final Platform.Repository repository;
  private final RegistryClient registry;

  private OciRepository(Platform platform, Platform.Repository repository) {
    this.platform = platform;
    this.repository = repository;
    this.registry = RegistryClient.withToken(platform.url(), repository.token());
  }

  /**
   * @param repository as somebody sees it
   */
  static OciRepository of(Platform platform, Platform.Repository repository) {
    return new OciRepository(platform, repository);
  }

  public static OciRepository open(Platform platform) {
    return open(platform, OciOptions.defaults());
  }

  /**
   * @param options of its creation
   */
  public static OciRepository open(Platform platform, OciOptions options) {
    return new OciRepository(platform, platform.repository("oci", options.json()));
  }

  /** A client's home with the credentials of these repositories. */
  static Client.Home home(Platform platform, OciRepository... repositories) {
    return platform.home(
        Arrays.stream(repositories).map(r -> r.repository).toArray(Platform.Repository[]::new));
  }

  /** {@code owner/name}. */
  public String path() {
    return repository.path();
  }

  /** The OCI name of an image in it. */
  public String name(String image) {
    return path() + "/" + image;
  }

  /** {@code host:port/owner/name/image}. */
  public String reference(String image) {
    return platform.host() + "/" + name(image);
  }

  public String token() {
    return repository.token();
  }

  public RegistryClient registry() {
    return registry;
  }

  /** The current verification key, PEM, as published. */
  String publicKey() {
    HttpResponse<byte[]> response = platform.get("/" + path() + "/keys/oci/cosign.pub");
    assertThat(response.statusCode()).isEqualTo(200);
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  public JsonNode status(String image, String digest) {
    return status(registry, path(), image, digest);
  }

  /** Waits until the digest is signed, at most a minute, and returns its status. */
  public JsonNode awaitSigned(String image, String digest) {
    return awaitSigned(registry, path(), image, digest);
  }

  static JsonNode awaitSigned(
      RegistryClient registry, String repository, String image, String digest) {
    return await(repository + "/" + image + "@" + digest + " is signed")
        .atMost(SIGNED_LIMIT)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> status(registry, repository, image, digest),
            s -> "signed".equals(s.path("status").asText()));
  }

  private static JsonNode status(
      RegistryClient registry, String repository, String image, String digest) {
    HttpResponse<byte[]> response =
        registry.send(
            "GET", "/" + repository + "/status/oci/" + image + "@" + digest, null, Map.of());
    assertThat(response.statusCode())
        .as(() -> new String(response.body(), StandardCharsets.UTF_8))
        .isEqualTo(200);
    return Json.read(response.body(), JsonNode.class);
  }

  /** Asks for a new look at every manifest of this repository. */
  void resync() {
    repository.resync();
  }
}
