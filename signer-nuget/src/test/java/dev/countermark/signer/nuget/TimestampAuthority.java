package dev.countermark.signer.nuget;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.countermark.format.nuget.TestTsa;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A timestamp authority over HTTP that can do its work badly. */
final class TimestampAuthority implements AutoCloseable {
  /** Answers one request. */
  interface Answer {
    void to(HttpExchange exchange, byte[] request) throws Exception;
  }

  final AtomicInteger asked = new AtomicInteger();

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch end = new CountDownLatch(1);

  private TimestampAuthority(Answer answer) {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    server.setExecutor(threads);
    server.createContext(
        "/tsa",
        exchange -> {
          asked.incrementAndGet();
          try (exchange) {
            answer.to(exchange, exchange.getRequestBody().readAllBytes());
          } catch (IOException e) {
            // The caller hung up.
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    server.start();
  }

  static TimestampAuthority answering(Answer answer) {
    return new TimestampAuthority(answer);
  }

  /** One that does what it is there for, with what {@code authority} makes. */
  static TimestampAuthority sound(TestTsa authority) {
    return answering((exchange, request) -> send(exchange, 200, authority.answer(request)));
  }

  /** One that says this to everything. */
  static TimestampAuthority saying(int status, byte[] body) {
    return answering((exchange, request) -> send(exchange, status, body));
  }

  /** One that begins to answer, perhaps, and never ends. */
  static TimestampAuthority silent(boolean afterTheHead) {
    TimestampAuthority[] self = new TimestampAuthority[1];
    self[0] =
        answering(
            (exchange, request) -> {
              if (afterTheHead) {
                exchange.sendResponseHeaders(200, 1_000);
                exchange.getResponseBody().write(new byte[10]);
                exchange.getResponseBody().flush();
              }
              self[0].end.await(60, TimeUnit.SECONDS);
            });
    return self[0];
  }

  static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.getResponseHeaders().add("Content-Type", "application/timestamp-reply");
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  URI address() {
    return URI.create(
        "http://"
            + server.getAddress().getAddress().getHostAddress()
            + ":"
            + server.getAddress().getPort()
            + "/tsa");
  }

  @Override
  public void close() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
