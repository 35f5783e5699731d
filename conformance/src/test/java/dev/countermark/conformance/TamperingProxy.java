package dev.countermark.conformance;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.countermark.contracts.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/**
 * The attacker between client and platform: forwards everything, but answers some addresses with
 * other bytes, whose digests and headers it keeps consistent. What a client still accepts through
 * it, it accepts from anybody.
 */
public final class TamperingProxy implements AutoCloseable {
  /** Set by the connection, not by the message. */
  private static final Set<String> HOP_BY_HOP =
      Set.of(
          "connection",
          "content-length",
          "date",
          "expect",
          "host",
          "http2-settings",
          "keep-alive",
          "transfer-encoding",
          "upgrade");

  private final URI upstream;
  private final Map<String, Answer> answers;
  private final Map<String, String> added;
  private final String scheme;
  private final HttpServer server;
  private final ExecutorService workers = Executors.newFixedThreadPool(8);
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /**
   * What is answered instead.
   *
   * @param headers besides the content type
   */
  public record Answer(int status, String contentType, Bytes content, Map<String, String> headers) {
    public static Answer ok(String contentType, byte[] content) {
      return ok(contentType, content, Map.of());
    }

    public static Answer ok(String contentType, byte[] content, Map<String, String> headers) {
      return new Answer(200, contentType, Bytes.of(content), headers);
    }

    public static Answer elsewhere(String location) {
      return new Answer(303, "text/plain", Bytes.utf8(""), Map.of("Location", location));
    }
  }

  /**
   * @param answers by path with its query, or by path for whatever query
   */
  public TamperingProxy(URI upstream, Map<String, Answer> answers) {
    this(upstream, answers, Map.of());
  }

  /**
   * @param added headers of every request that is forwarded, in place of the client's own
   */
  public TamperingProxy(URI upstream, Map<String, Answer> answers, Map<String, String> added) {
    this(upstream, answers, added, "http", TamperingProxy::plain);
  }

  private TamperingProxy(
      URI upstream,
      Map<String, Answer> answers,
      Map<String, String> added,
      String scheme,
      Supplier<HttpServer> server) {
    this.upstream = upstream;
    this.answers = Map.copyOf(answers);
    this.added = Map.copyOf(added);
    this.scheme = scheme;
    this.server = server.get();
    start();
  }

  /** One that stole the platform's TLS key, too. */
  public static TamperingProxy secure(Platform platform, Map<String, Answer> answers) {
    return new TamperingProxy(
        platform.url(), answers, Map.of(), "https", () -> secure(platform.tls()));
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private static HttpServer plain() {
    try {
      return HttpServer.create(anyPort(), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HttpServer secure(SSLContext tls) {
    try {
      HttpsServer server = HttpsServer.create(anyPort(), 0);
      server.setHttpsConfigurator(new HttpsConfigurator(tls));
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void start() {
    server.setExecutor(workers);
    server.createContext("/", this::handle);
    server.start();
  }

  /** {@code 127.0.0.1:port}. */
  public String host() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  public URI url() {
    return URI.create(scheme + "://" + host());
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer = answers.get(exchange.getRequestURI().toString());
      if (answer == null) {
        answer = answers.get(exchange.getRequestURI().getPath());
      }
      if (answer == null) {
        forward(exchange);
      } else {
        exchange.getRequestBody().readAllBytes();
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", answer.contentType());
        answer.headers().forEach(headers::set);
        reply(exchange, answer.status(), answer.content().toArray());
      }
    }
  }

  private void forward(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(upstream.resolve(exchange.getRequestURI().toString()))
            .method(
                exchange.getRequestMethod(),
                body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    exchange.getRequestHeaders().forEach((name, values) -> copy(name, values, request::header));
    added.forEach(request::setHeader);
    try {
      HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
      Headers headers = exchange.getResponseHeaders();
      response
          .headers()
          .map()
          .forEach((name, values) -> copy(name, values, (n, v) -> headers.add(n, local(v))));
      if (exchange.getRequestMethod().equals("HEAD")) {
        response
            .headers()
            .firstValue("Content-Length")
            .ifPresent(length -> headers.set("Content-Length", length));
      }
      reply(exchange, response.statusCode(), response.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private interface Sink {
    void accept(String name, String value);
  }

  private static void copy(String name, List<String> values, Sink sink) {
    if (!HOP_BY_HOP.contains(name.toLowerCase(Locale.ROOT))) {
      values.forEach(value -> sink.accept(name, value));
    }
  }

  /** Clients follow addresses (token realm, upload location) back to this proxy. */
  private String local(String header) {
    return header.replace(upstream.getAuthority(), host());
  }

  private static void reply(HttpExchange exchange, int status, byte[] body) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      if (exchange.getResponseHeaders().getFirst("Content-Length") == null) {
        exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
      }
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    workers.shutdownNow();
  }
}
