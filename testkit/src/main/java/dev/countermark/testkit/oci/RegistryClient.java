package dev.countermark.testkit.oci;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.http.HttpCaller;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A small client of the distribution API over plain HTTP; safe for concurrent use. Bodies are held
 * in memory. Unexpected answers are {@link UnexpectedAnswerException}s, broken connections {@link
 * UncheckedIOException}s.
 */
public final class RegistryClient {
  private static final String MANIFEST_TYPES =
      String.join(
          ", ",
          SampleImage.OCI_MANIFEST,
          SampleImage.OCI_INDEX,
          SampleImage.DOCKER_MANIFEST,
          SampleImage.DOCKER_LIST);

  private final HttpCaller caller;

  public RegistryClient(HttpCaller caller) {
    this.caller = caller;
  }

  /** A client without credentials. */
  public static RegistryClient anonymous(URI base) {
    return new RegistryClient(HttpCaller.anonymous(base));
  }

  /** A client that sends the token as the password of Basic authentication with every request. */
  public static RegistryClient withToken(URI base, String token) {
    return new RegistryClient(HttpCaller.withToken(base, token));
  }

  /** A client that sends what the registry's token endpoint gave out. */
  public static RegistryClient withBearer(URI base, String bearer) {
    return new RegistryClient(HttpCaller.withBearer(base, bearer));
  }

  /** An answer other than the expected one; the message has the status and the body's beginning. */
  public static final class UnexpectedAnswerException extends RuntimeException {
    private final int status;

    UnexpectedAnswerException(String what, HttpResponse<byte[]> response) {
      super(
          what
              + " -> "
              + response.statusCode()
              + " "
              + new String(
                  response.body(),
                  0,
                  Math.min(500, response.body().length),
                  StandardCharsets.UTF_8));
      this.status = response.statusCode();
    }

    public int status() {
      return status;
    }
  }

  /** Pushes blobs, children and the manifest; the manifest under {@code reference}. */
  public void push(String name, String reference, SampleImage image) {
    image.blobs().values().forEach(blob -> pushBlob(name, blob.toArray()));
    image.children().forEach(child -> push(name, child.digest(), child));
    putManifest(name, reference, image.manifest());
  }

  /** Pushes one blob in two requests: start, and everything at once. */
  public void pushBlob(String name, byte[] content) {
    HttpResponse<byte[]> started =
        send("POST", "/v2/" + name + "/blobs/uploads/", new byte[0], Map.of());
    expect("POST upload", started, 202);
    URI location = caller.resolve(started.headers().firstValue("Location").orElseThrow());
    String digest = URLEncoder.encode(Digests.sha256(content), StandardCharsets.UTF_8);
    expect(
        "PUT upload",
        send(
            "PUT",
            location + (location.getRawQuery() == null ? "?" : "&") + "digest=" + digest,
            content,
            Map.of("Content-Type", "application/octet-stream")),
        201);
  }

  /**
   * @param reference tag or digest
   */
  public void putManifest(String name, String reference, Manifest manifest) {
    putManifest(name, reference, manifest, Map.of());
  }

  /** The same for whoever does not wait until it is signed. */
  public void putManifestAtOnce(String name, String reference, Manifest manifest) {
    putManifest(name, reference, manifest, Map.of("Prefer", "wait=0"));
  }

  private void putManifest(
      String name, String reference, Manifest manifest, Map<String, String> more) {
    Map<String, String> headers = new HashMap<>(more);
    headers.put("Content-Type", manifest.mediaType());
    expect(
        "PUT manifest " + name + ":" + reference,
        send(
            "PUT",
            "/v2/" + name + "/manifests/" + reference,
            manifest.content().toArray(),
            headers),
        201);
  }

  /** Empty when the registry answers 404. */
  public Optional<Manifest> manifest(String name, String reference) {
    HttpResponse<byte[]> response =
        send(
            "GET",
            "/v2/" + name + "/manifests/" + reference,
            null,
            Map.of("Accept", MANIFEST_TYPES));
    if (response.statusCode() == 404) {
      return Optional.empty();
    }
    expect("GET manifest " + name + ":" + reference, response, 200);
    return Optional.of(
        new Manifest(
            response.headers().firstValue("Content-Type").orElse(""), Bytes.of(response.body())));
  }

  /** Empty when the registry answers 404. */
  public Optional<Bytes> blob(String name, String digest) {
    HttpResponse<byte[]> response = send("GET", "/v2/" + name + "/blobs/" + digest, null, Map.of());
    if (response.statusCode() == 404) {
      return Optional.empty();
    }
    expect("GET blob " + digest, response, 200);
    return Optional.of(Bytes.of(response.body()));
  }

  /** The whole answer of the referrers API, an image index. */
  public Manifest referrers(String name, String digest) {
    HttpResponse<byte[]> response =
        send("GET", "/v2/" + name + "/referrers/" + digest, null, Map.of());
    expect("GET referrers " + digest, response, 200);
    return new Manifest(
        response.headers().firstValue("Content-Type").orElse(""), Bytes.of(response.body()));
  }

  /** The first page of the tag list. */
  public List<String> tags(String name) {
    HttpResponse<byte[]> response = send("GET", "/v2/" + name + "/tags/list", null, Map.of());
    expect("GET tags of " + name, response, 200);
    JsonNode tags = Json.read(response.body(), JsonNode.class).path("tags");
    return java.util.stream.StreamSupport.stream(tags.spliterator(), false)
        .map(JsonNode::asText)
        .toList();
  }

  /**
   * @param reference tag or digest
   */
  public void deleteManifest(String name, String reference) {
    expect(
        "DELETE manifest " + reference,
        send("DELETE", "/v2/" + name + "/manifests/" + reference, null, Map.of()),
        202);
  }

  /**
   * Any request, with this client's credentials.
   *
   * @param target a path of the registry or an absolute address
   * @param body null for none
   */
  public HttpResponse<byte[]> send(
      String method, String target, byte[] body, Map<String, String> headers) {
    return caller.send(method, target, body, headers);
  }

  private static void expect(String what, HttpResponse<byte[]> response, int status) {
    if (response.statusCode() != status) {
      throw new UnexpectedAnswerException(what, response);
    }
  }
}
