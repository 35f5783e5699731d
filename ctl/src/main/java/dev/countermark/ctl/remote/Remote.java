package dev.countermark.ctl.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/** The API of a platform, or of its key service, as somebody with a credential. */
final class Remote {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(70);

  /** Who is asked. */
  enum Peer {
    PLATFORM("platform", "--ca", "is the token that of this platform, and in force?"),
    KEY_SERVICE(
        "key service",
        "--keys-ca",
        "countermark.keyservice.clients of the key service says whom it knows, and what by");

    private final String title;
    private final String trust;
    private final String whoAsks;

    Peer(String title, String trust, String whoAsks) {
      this.title = title;
      this.trust = trust;
      this.whoAsks = whoAsks;
    }
  }

  private final Peer peer;
  private final URI url;
  private final Optional<String> token;
  private final HttpClient http;

  /**
   * @param token empty for who has a certificate
   * @param tls empty for Java's own
   */
  Remote(Peer peer, URI url, Optional<String> token, Optional<SSLContext> tls) {
    if (url.getHost() == null || !("http".equals(url.getScheme()) || isTls(url))) {
      throw RemoteException.usage("the address of a " + peer.title + " is http(s)://host[:port]");
    }
    this.peer = peer;
    this.url = url;
    this.token = token;
    HttpClient.Builder client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10));
    tls.ifPresent(client::sslContext);
    this.http = client.build();
  }

  private static boolean isTls(URI url) {
    return "https".equals(url.getScheme());
  }

  JsonNode get(String path) {
    return json(call(request("GET", path, null)));
  }

  /** Empty when there is none. */
  Optional<JsonNode> find(String path) {
    HttpResponse<byte[]> answer = send(request("GET", path, null), BodyHandlers.ofByteArray());
    return answer.statusCode() == 404 ? Optional.empty() : Optional.of(json(checked(answer)));
  }

  JsonNode post(String path, Object body) {
    return json(call(request("POST", path, body)));
  }

  /** Without a body. */
  JsonNode post(String path) {
    return json(call(request("POST", path, null)));
  }

  JsonNode put(String path, Object body) {
    return json(call(request("PUT", path, body)));
  }

  JsonNode delete(String path) {
    return json(call(request("DELETE", path, null)));
  }

  /**
   * What is new.
   *
   * @param body empty when nothing is
   * @param version for the next question; empty when there will be no telling
   * @param rest before the next question
   */
  record News(Optional<JsonNode> body, Optional<String> version, Duration rest) {}

  /**
   * Asks again.
   *
   * @param version that was told before; empty for the first time
   */
  News news(String path, Optional<String> version) {
    HttpRequest.Builder request = request("GET", path, null);
    version.ifPresent(v -> request.header("If-None-Match", v));
    HttpResponse<byte[]> answer = send(request, BodyHandlers.ofByteArray());
    HttpHeaders headers = answer.headers();
    return new News(
        answer.statusCode() == 304 ? Optional.empty() : Optional.of(json(checked(answer))),
        headers.firstValue("ETag"),
        Duration.ofSeconds(headers.firstValueAsLong("Retry-After").orElse(0)));
  }

  /**
   * Asks for what comes line by line, however long it takes as long as something comes.
   *
   * @param line called for each
   */
  void lines(String path, Consumer<JsonNode> line) {
    Lines lines = new Lines();
    CompletableFuture<HttpResponse<byte[]>> answered =
        http.sendAsync(
            unbounded("POST", path, null).build(),
            head ->
                head.statusCode() / 100 == 2
                    ? BodySubscribers.mapping(
                        BodySubscribers.fromLineSubscriber(lines), end -> new byte[0])
                    : BodySubscribers.ofByteArray());
    // Where there are lines, they end by themselves, perhaps later than the answer has come.
    var unused =
        answered.whenComplete(
            (answer, failure) -> {
              if (failure != null || answer.statusCode() / 100 != 2) {
                lines.end();
              }
            });
    try {
      for (var next = lines.next(PATIENCE); next.isPresent(); next = lines.next(PATIENCE)) {
        if (!next.get().isBlank()) {
          line.accept(JSON.readTree(next.get()));
        }
      }
      checked(answered.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    } catch (ExecutionException | TimeoutException e) {
      throw e.getCause() instanceof IOException lost
          ? failed(lost)
          : RemoteException.away(url + " does not answer: " + e.getMessage(), e);
    } catch (IOException e) {
      throw failed(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    } finally {
      answered.cancel(true);
    }
  }

  private HttpRequest.Builder request(String method, String path, Object body) {
    return unbounded(method, path, body).timeout(PATIENCE);
  }

  private HttpRequest.Builder unbounded(String method, String path, Object body) {
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(url.resolve(path))
              .method(
                  method,
                  body == null
                      ? BodyPublishers.noBody()
                      : BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
      token.ifPresent(t -> request.header("Authorization", "Bearer " + t));
      if (body != null) {
        request.header("Content-Type", "application/json");
      }
      return request;
    } catch (IOException | IllegalArgumentException e) {
      throw RemoteException.usage("that cannot be asked for: " + e.getMessage());
    }
  }

  private HttpResponse<byte[]> call(HttpRequest.Builder request) {
    return checked(send(request, BodyHandlers.ofByteArray()));
  }

  private <T> HttpResponse<T> send(HttpRequest.Builder request, BodyHandler<T> body) {
    try {
      return http.send(request.build(), body);
    } catch (IOException e) {
      throw failed(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private RemoteException failed(IOException e) {
    if (e instanceof SSLException) {
      return RemoteException.away(
          url.getHost()
              + " is not trusted: "
              + e.getMessage()
              + "; "
              + peer.trust
              + " names whom to trust",
          e);
    }
    if (e instanceof ConnectException) {
      return RemoteException.away(
          "nothing answers at "
              + url
              + ": is the "
              + peer.title
              + " running, and that its address?",
          e);
    }
    return RemoteException.away(url + " does not answer: " + e.getMessage(), e);
  }

  private static RemoteException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return RemoteException.away("interrupted", e);
  }

  private JsonNode json(HttpResponse<byte[]> answer) {
    try {
      return answer.body().length == 0 ? MissingNode.getInstance() : JSON.readTree(answer.body());
    } catch (IOException e) {
      throw RemoteException.away(url + " answers something else than a " + peer.title, e);
    }
  }

  private HttpResponse<byte[]> checked(HttpResponse<byte[]> answer) {
    if (answer.statusCode() / 100 == 2) {
      return answer;
    }
    String detail = "status " + answer.statusCode();
    try {
      JsonNode problem = JSON.readTree(answer.body());
      detail = problem.path("detail").asText(problem.path("title").asText(detail));
    } catch (IOException e) {
      // Not from the platform itself: the status is all there is.
    }
    throw switch (answer.statusCode()) {
      case 401 -> RemoteException.refused(detail + ": " + peer.whoAsks);
      case 429, 503 -> RemoteException.away(detail + "; try again", null);
      default -> RemoteException.refused(detail);
    };
  }
}
