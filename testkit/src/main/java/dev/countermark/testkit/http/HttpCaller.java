package dev.countermark.testkit.http;

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
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * Sends requests over HTTP/1.1 with the same credentials; safe for concurrent use. Bodies are held
 * in memory. Broken connections are {@link UncheckedIOException}s.
 */
public final class HttpCaller {
  private final URI base;
  private final Optional<String> authorization;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  private HttpCaller(URI base, Optional<String> authorization) {
    this.base = base;
    this.authorization = authorization;
  }

  /** Without credentials. */
  public static HttpCaller anonymous(URI base) {
    return new HttpCaller(base, Optional.empty());
  }

  /** With the token as the password of Basic authentication. */
  public static HttpCaller withToken(URI base, String token) {
    String credentials =
        Base64.getEncoder().encodeToString(("token:" + token).getBytes(StandardCharsets.UTF_8));
    return new HttpCaller(base, Optional.of("Basic " + credentials));
  }

  /** With a bearer token. */
  public static HttpCaller withBearer(URI base, String bearer) {
    return new HttpCaller(base, Optional.of("Bearer " + bearer));
  }

  /** The address that a path means. */
  public URI resolve(String target) {
    return base.resolve(target);
  }

  /**
   * Sends any request.
   *
   * @param target a path or an absolute address
   * @param body null for none
   */
  public HttpResponse<byte[]> send(
      String method, String target, byte[] body, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(target))
            .timeout(Duration.ofMinutes(2))
            .method(
                method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    authorization.ifPresent(value -> request.header("Authorization", value));
    headers.forEach(request::header);
    try {
      return http.send(request.build(), BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + target, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
