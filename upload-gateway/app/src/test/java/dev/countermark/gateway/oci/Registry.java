package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Sends any request to the gateway, right or wrong, with one caller's credentials. */
final class Registry {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  static final BodyPublisher NOTHING = BodyPublishers.noBody();

  private final URI base;
  private final String authorization;

  /**
   * @param authorization header; null for none
   */
  Registry(URI base, String authorization) {
    this.base = base;
    this.authorization = authorization;
  }

  static String basic(String token) {
    return "Basic "
        + Base64.getEncoder().encodeToString(("any:" + token).getBytes(StandardCharsets.UTF_8));
  }

  /** With {@code Content-Length}. */
  static BodyPublisher bytes(byte[] content) {
    return BodyPublishers.ofByteArray(content);
  }

  /** Without: in chunks of HTTP. */
  static BodyPublisher streamed(byte[] content) {
    return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(content));
  }

  /**
   * @param target path and query below the base, or an absolute address
   * @param headers names and values in turn
   */
  Answer send(String method, String target, BodyPublisher body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(target))
            .timeout(Duration.ofMinutes(1))
            .method(method, body);
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    try {
      return new Answer(HTTP.send(request.build(), BodyHandlers.ofByteArray()));
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + target, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  Answer get(String target, String... headers) {
    return send("GET", target, NOTHING, headers);
  }

  Answer head(String target, String... headers) {
    return send("HEAD", target, NOTHING, headers);
  }

  Answer delete(String target) {
    return send("DELETE", target, NOTHING);
  }

  /** Opens an upload and answers its address. */
  String start(String name) {
    return send("POST", "/v2/" + name + "/blobs/uploads/", NOTHING).is(202).location();
  }

  /** Uploads a blob in one request and answers its digest. */
  String upload(String name, byte[] content) {
    String digest = digest("sha256", content);
    send("POST", "/v2/" + name + "/blobs/uploads/?digest=" + encoded(digest), bytes(content))
        .is(201);
    return digest;
  }

  /** Uploads a blob before saying its digest, and answers it. */
  String stream(String name, byte[] content) {
    String digest = digest("sha256", content);
    String patched = send("PATCH", start(name), streamed(content)).is(202).location();
    send("PUT", with(patched, digest), NOTHING).is(201);
    return digest;
  }

  Answer putManifest(
      String name, String reference, String type, byte[] content, String... headers) {
    String[] all = java.util.Arrays.copyOf(headers, headers.length + 2);
    all[headers.length] = "Content-Type";
    all[headers.length + 1] = type;
    return send("PUT", "/v2/" + name + "/manifests/" + reference, bytes(content), all);
  }

  /** Appends the digest to an upload's address. */
  static String with(String location, String digest) {
    return location + (location.contains("?") ? "&" : "?") + "digest=" + encoded(digest);
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  static String digest(String algorithm, byte[] content) {
    try {
      String java = algorithm.equals("sha256") ? "SHA-256" : "SHA-512";
      return algorithm
          + ":"
          + HexFormat.of().formatHex(MessageDigest.getInstance(java).digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What came back. */
  record Answer(HttpResponse<byte[]> response) {
    Answer is(int status) {
      assertThat(status())
          .as(() -> response.request().method() + " " + response.uri() + " -> " + text())
          .isEqualTo(status);
      return this;
    }

    /** An error in the format of the specification. */
    Answer isRefused(int status, String code) {
      is(status);
      assertThat(header("Content-Type")).contains("application/json");
      JsonNode error = json().path("errors").path(0);
      assertThat(error.path("code").asText()).isEqualTo(code);
      assertThat(error.path("message").asText()).isNotEmpty();
      return this;
    }

    int status() {
      return response.statusCode();
    }

    Optional<String> header(String name) {
      return response.headers().firstValue(name);
    }

    List<String> headers(String name) {
      return response.headers().allValues(name);
    }

    Answer has(String header, String value) {
      assertThat(headers(header)).as(header).containsExactly(value);
      return this;
    }

    String location() {
      return header("Location").orElseThrow();
    }

    byte[] body() {
      return response.body();
    }

    String text() {
      return new String(body(), StandardCharsets.UTF_8);
    }

    JsonNode json() {
      return Json.read(body(), JsonNode.class);
    }
  }
}
