package dev.countermark.conformance.swift;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.countermark.conformance.Platform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Stands where certificates say that the OCSP responder is. It passes questions on to the gateway,
 * remembers what was asked, and answers by itself when a test tells it to.
 */
final class OcspWitness implements AutoCloseable {
  private static final String BASE = "/ocsp/swift";

  /**
   * What is answered to every question.
   *
   * @param body DER, or whatever else
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Answer(int status, byte[] body) {}

  /** An answer that comes from where questions go to by default, or from elsewhere. */
  interface Responder {
    Answer answer(String path, String contentType, byte[] question)
        throws IOException, InterruptedException;
  }

  private final HttpServer server;
  private final ExecutorService workers = Executors.newFixedThreadPool(4);
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Set<String> asked = new ConcurrentSkipListSet<>();
  private volatile Responder responder = (path, type, question) -> new Answer(503, new byte[0]);

  OcspWitness() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(workers);
    server.createContext(BASE + "/", this::answer);
    server.start();
  }

  /** What certificates shall name. */
  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + BASE;
  }

  /** From now on. */
  void respond(Responder with) {
    responder = with;
    asked.clear();
  }

  /** What is behind the base address, of all questions since the responder was set. */
  Set<String> asked() {
    return Set.copyOf(asked);
  }

  /** As a proxy in front of the platform. */
  Responder platform(Platform platform) {
    return (path, type, question) -> {
      var answer =
          http.send(
              HttpRequest.newBuilder(URI.create(platform.url() + BASE + path))
                  .header("Content-Type", type)
                  .POST(BodyPublishers.ofByteArray(question))
                  .build(),
              BodyHandlers.ofByteArray());
      return new Answer(answer.statusCode(), answer.body());
    };
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath().substring(BASE.length());
      byte[] question = exchange.getRequestBody().readAllBytes();
      String type = exchange.getRequestHeaders().getFirst("Content-Type");
      asked.add(path.substring(1));
      Answer answer = responder.answer(path, type, question);
      exchange.getResponseHeaders().set("Content-Type", "application/ocsp-response");
      exchange.sendResponseHeaders(
          answer.status(), answer.body().length == 0 ? -1 : answer.body().length);
      exchange.getResponseBody().write(answer.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    workers.shutdownNow();
  }
}
