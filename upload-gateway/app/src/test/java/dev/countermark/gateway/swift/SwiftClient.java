package dev.countermark.gateway.swift;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Speaks to a registry as Swift's client does: no redirect is followed. */
final class SwiftClient {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final URI base;
  private final Optional<String> token;

  SwiftClient(URI base, Optional<String> token) {
    this.base = base;
    this.token = token;
  }

  Answer get(String path, String... headers) {
    return send("GET", path, null, headers);
  }

  Answer head(String path, String... headers) {
    return send("HEAD", path, null, headers);
  }

  Answer delete(String path) {
    return send("DELETE", path, null);
  }

  Answer post(String path, String... headers) {
    return send("POST", path, new byte[0], headers);
  }

  Answer put(String path, Form form, String... headers) {
    return join(putAsync(path, form, headers));
  }

  CompletableFuture<Answer> putAsync(String path, Form form, String... headers) {
    return sendAsync(
        request("PUT", path, form.bytes(), headers)
            .setHeader("Content-Type", form.contentType())
            .header("Prefer", "respond-async")
            .build());
  }

  /**
   * @param body null for none
   * @param headers names and values in turn
   */
  Answer send(String method, String path, byte[] body, String... headers) {
    return join(sendAsync(request(method, path, body, headers).build()));
  }

  private HttpRequest.Builder request(String method, String path, byte[] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(PATIENCE)
            .method(
                method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    token.ifPresent(t -> request.header("Authorization", "Bearer " + t));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return request;
  }

  private static CompletableFuture<Answer> sendAsync(HttpRequest request) {
    return HTTP.sendAsync(request, BodyHandlers.ofByteArray()).thenApply(Answer::new);
  }

  private static Answer join(CompletableFuture<Answer> answer) {
    return answer
        .handle(
            (got, failure) -> {
              if (failure != null) {
                throw new UncheckedIOException(new IOException(failure));
              }
              return got;
            })
        .join();
  }

  /** What came back. */
  record Answer(HttpResponse<byte[]> response) {
    int status() {
      return response.statusCode();
    }

    Answer is(int status) {
      assertThat(status())
          .as("%s %s -> %s", response.request().method(), response.uri(), text())
          .isEqualTo(status);
      return this;
    }

    /** An error that the client can show. */
    Answer isRefused(int status, String why) {
      is(status);
      has("Content-Type", "application/problem+json").has("Content-Version", "1");
      assertThat(json().path("status").asInt()).isEqualTo(status);
      assertThat(json().path("detail").asText()).contains(why);
      return this;
    }

    Answer has(String header, String value) {
      assertThat(response.headers().allValues(header)).as(header).containsExactly(value);
      return this;
    }

    Optional<String> header(String name) {
      return response.headers().firstValue(name);
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
