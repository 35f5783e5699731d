package dev.countermark.keys;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.Obstacle;
import dev.countermark.contracts.RepositoryName;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * The key service over HTTP. Connections are kept alive; concurrent signatures with one key travel
 * together (see {@link SignBatcher}). Messages of failures name the operation and the status, never
 * the credential nor a body. Thread-safe.
 */
public final class HttpKeyClient implements KeyClient {
  private record Key(RepositoryName repository, Purpose purpose) {}

  private record Remembered(PublicKeyVersion version, long atNanos) {}

  /**
   * Repositories whose batcher and current key are kept; beyond that all are dropped and refilled.
   */
  private static final int MAX_REMEMBERED = 10_000;

  private static final int NOT_FOUND = 404;
  private static final String JSON = "application/json";

  private final KeyClientSettings settings;
  private final HttpClient http;
  private final Supplier<Optional<String>> trace;
  private final ConcurrentMap<Key, SignBatcher> batchers = new ConcurrentHashMap<>();
  private final ConcurrentMap<Key, Remembered> current = new ConcurrentHashMap<>();

  /**
   * Does not connect yet.
   *
   * @throws IllegalArgumentException when a PEM file cannot be used
   */
  public HttpKeyClient(KeyClientSettings settings) {
    this(settings, Optional::empty);
  }

  /**
   * @param trace the {@code traceparent} of what the calling thread is at; of signatures that
   *     travel together, one of them
   */
  public HttpKeyClient(KeyClientSettings settings, Supplier<Optional<String>> trace) {
    this.settings = settings;
    this.trace = trace;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.connectTimeout());
    PemTls.context(settings).ifPresent(builder::sslContext);
    this.http = builder.build();
  }

  @Override
  public void probe() {
    exchange("GET", KeyServiceApi.CALLER, BodyPublishers.noBody());
  }

  @Override
  public PublicKeyVersion current(RepositoryName repository, Purpose purpose) {
    Key key = new Key(repository, purpose);
    Remembered known = current.get(key);
    if (known != null
        && Duration.ofNanos(System.nanoTime() - known.atNanos()).compareTo(settings.currentTtl())
            < 0) {
      return known.version();
    }
    byte[] answer =
        exchange("GET", KeyServiceApi.identity(repository, purpose), BodyPublishers.noBody());
    return remember(key, read(answer, PublicKeyVersion.class));
  }

  @Override
  public List<PublicKeyVersion> versions(RepositoryName repository, Purpose purpose) {
    byte[] answer =
        exchange("GET", KeyServiceApi.versions(repository, purpose), BodyPublishers.noBody());
    return List.copyOf(read(answer, KeyServiceApi.Versions.class).versions());
  }

  @Override
  public SignedBatch sign(RepositoryName repository, Purpose purpose, List<Item> items) {
    requireSignable(items);
    Key key = new Key(repository, purpose);
    if (batchers.size() >= MAX_REMEMBERED && !batchers.containsKey(key)) {
      batchers.clear();
    }
    return batchers
        .computeIfAbsent(key, k -> new SignBatcher(batch -> call(k, batch)))
        .sign(List.copyOf(items));
  }

  static void requireSignable(List<Item> items) {
    if (items.isEmpty() || items.size() > KeyServiceApi.MAX_ITEMS) {
      throw new IllegalArgumentException("1 to 256 items, found " + items.size());
    }
    for (Item item : items) {
      String objection = KeyServiceApi.objection(item);
      if (objection != null) {
        throw new IllegalArgumentException(objection);
      }
    }
  }

  private SignedBatch call(Key key, List<Item> items) {
    byte[] body = Json.write(new KeyServiceApi.SignRequest(items));
    SignedBatch batch =
        read(
            exchange(
                "POST",
                KeyServiceApi.sign(key.repository(), key.purpose()),
                BodyPublishers.ofByteArray(body)),
            SignedBatch.class);
    if (batch.signatures().size() != items.size()) {
      throw away(
          "key service answered "
              + batch.signatures().size()
              + " signatures for "
              + items.size()
              + " items",
          null);
    }
    // Newer than anything remembered: after a rotation the first signature tells.
    remember(key, batch.key());
    return batch;
  }

  @Override
  public Optional<Bytes> ocsp(Purpose purpose, Optional<VersionName> certificate, Bytes request) {
    String path =
        KeyServiceApi.ocsp(
            purpose,
            certificate
                .map(c -> KeyServiceApi.ocspSubject(c.repository(), c.version()))
                .orElse(KeyServiceApi.OCSP_AUTHORITY));
    HttpResponse<byte[]> response =
        answer(
            "POST",
            path,
            BodyPublishers.ofByteArray(request.toArray()),
            KeyServiceApi.OCSP_REQUEST,
            KeyServiceApi.OCSP_RESPONSE);
    return response.statusCode() == NOT_FOUND
        ? Optional.empty()
        : Optional.of(Bytes.of(checked(response, "POST " + path)));
  }

  @Override
  public Optional<Bytes> revocations(RepositoryName repository, Purpose purpose) {
    String path = KeyServiceApi.revocations(repository, purpose);
    HttpResponse<byte[]> response =
        answer("GET", path, BodyPublishers.noBody(), JSON, KeyServiceApi.REVOCATIONS);
    return response.statusCode() == NOT_FOUND
        ? Optional.empty()
        : Optional.of(Bytes.of(checked(response, "GET " + path)));
  }

  private PublicKeyVersion remember(Key key, PublicKeyVersion version) {
    if (current.size() >= MAX_REMEMBERED) {
      current.clear();
    }
    current.put(key, new Remembered(version, System.nanoTime()));
    return version;
  }

  private byte[] exchange(String method, String path, HttpRequest.BodyPublisher body) {
    return checked(answer(method, path, body, JSON, JSON), method + " " + path);
  }

  private HttpResponse<byte[]> answer(
      String method, String path, HttpRequest.BodyPublisher body, String sent, String accepted) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base() + path))
            .timeout(settings.requestTimeout())
            .header("Accept", accepted)
            .method(method, body);
    if (body.contentLength() > 0) {
      request.header("Content-Type", sent);
    }
    settings.credential().ifPresent(c -> request.header("Authorization", "Bearer " + c));
    trace.get().ifPresent(parent -> request.header("traceparent", parent));
    return send(request.build(), method + " " + path);
  }

  private static byte[] checked(HttpResponse<byte[]> response, String call) {
    int status = response.statusCode();
    if (status == 200) {
      return response.body();
    }
    throw KeyServiceAnswers.failure(status, response.body(), call);
  }

  private String base() {
    String url = settings.url().toString();
    return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  private HttpResponse<byte[]> send(HttpRequest request, String what) {
    try {
      try {
        return http.send(request, BodyHandlers.ofByteArray());
      } catch (HttpTimeoutException e) {
        throw e;
      } catch (IOException e) {
        // The service may have closed an idle connection just now; every operation may be repeated.
        return http.send(request, BodyHandlers.ofByteArray());
      }
    } catch (HttpTimeoutException e) {
      throw away("key service is too slow: " + what, e);
    } catch (IOException e) {
      throw away("key service cannot be reached: " + what, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure.Transient("interrupted: " + what, e);
    }
  }

  private static <T> T read(byte[] json, Class<T> type) {
    try {
      return Json.read(json, type);
    } catch (Json.MalformedJsonException e) {
      throw away("key service answered something else than JSON", e);
    }
  }

  private static Failure.Transient away(String message, Throwable cause) {
    return new Failure.Transient(Obstacle.KEY_SERVICE_UNAVAILABLE, message, cause);
  }
}
