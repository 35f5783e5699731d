package dev.countermark.standalone.oci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.countermark.format.oci.Digest;
import dev.countermark.standalone.UserError;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** The calls of the demonstration, over plain HTTP as any client makes them. */
final class Registry {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String url;
  private final String token;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  Registry(String url, String token) {
    this.url = url;
    this.token = token;
  }

  String host() {
    return URI.create(url).getAuthority();
  }

  void pushBlob(String name, byte[] content) {
    HttpResponse<byte[]> started =
        send("POST", url + "/v2/" + name + "/blobs/uploads/", new byte[0], basic());
    String location =
        URI.create(url).resolve(started.headers().firstValue("Location").orElseThrow()).toString();
    send(
        "PUT",
        location + (location.contains("?") ? "&" : "?") + "digest=" + Digest.sha256(content),
        content,
        basic());
  }

  void pushManifest(String name, String reference, String mediaType, byte[] content) {
    send(
        "PUT",
        url + "/v2/" + name + "/manifests/" + reference,
        content,
        Map.of("Authorization", basic().get("Authorization"), "Content-Type", mediaType));
  }

  private Map<String, String> basic() {
    String credentials =
        Base64.getEncoder().encodeToString(("admin:" + token).getBytes(StandardCharsets.UTF_8));
    return Map.of("Authorization", "Basic " + credentials);
  }

  /** {@code pending}, {@code signed}, {@code refused} or {@code exempt}. */
  JsonNode status(String repository, String image, Digest digest) {
    return json(
        send(
                "GET",
                url + "/" + repository + "/status/oci/" + image + "@" + digest,
                new byte[0],
                Map.of("Authorization", "Bearer " + token))
            .body());
  }

  byte[] publicKey(String repository) {
    byte[] pem = get("/" + repository + "/keys/oci/cosign.pub").orElseThrow();
    String base64 =
        new String(pem, StandardCharsets.US_ASCII).replaceAll("-----[A-Z ]+-----|\\s", "");
    return Base64.getDecoder().decode(base64);
  }

  Optional<byte[]> manifest(String name, String reference) {
    return get("/v2/" + name + "/manifests/" + reference);
  }

  Optional<byte[]> blob(String name, Digest digest) {
    return get("/v2/" + name + "/blobs/" + digest);
  }

  JsonNode referrers(String name, Digest digest) {
    return json(get("/v2/" + name + "/referrers/" + digest).orElseThrow());
  }

  Optional<byte[]> get(String path) {
    HttpResponse<byte[]> response = exchange("GET", url + path, new byte[0], basic());
    return response.statusCode() == 200 ? Optional.of(response.body()) : Optional.empty();
  }

  static JsonNode json(byte[] content) {
    try {
      return JSON.readTree(content);
    } catch (IOException e) {
      throw new UserError("the gateway answered with something that is not JSON");
    }
  }

  private HttpResponse<byte[]> send(
      String method, String address, byte[] body, Map<String, String> headers) {
    HttpResponse<byte[]> response = exchange(method, address, body, headers);
    if (response.statusCode() / 100 != 2) {
      throw new UserError(
          method
              + " "
              + URI.create(address).getPath()
              + " was answered "
              + response.statusCode()
              + ": "
              + new String(response.body(), StandardCharsets.UTF_8));
    }
    return response;
  }

  private HttpResponse<byte[]> exchange(
      String method, String address, byte[] body, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address))
            .timeout(Duration.ofSeconds(60))
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
    headers.forEach(request::header);
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UserError("the gateway at " + url + " does not answer: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("interrupted");
    }
  }
}
