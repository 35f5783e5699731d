package dev.countermark.gateway.webhooks;

import dev.countermark.contracts.Bytes;
import dev.countermark.gateway.webhooks.Attempt.Result;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;

/**
 * Posts events. A name is looked up once, all that it means is checked, and the connection goes to
 * what was checked; the name is only what the certificate must be for. No redirect is followed, no
 * proxy is used, and of an answer nothing counts but its status.
 */
final class HttpSender implements Sender, WebhookTrial, AutoCloseable {
  private static final int CONNECT_MILLIS = 5_000;
  private static final int KEPT_SECONDS = 10;
  private static final int OF_ONE_RECEIVER = 16;

  /** Bytes of an answer that are read, so that the connection can be used again. */
  private static final int MOST_READ = 4_096;

  private final Vertx vertx;
  private final HttpClient client;
  private final NameResolver names;
  private final AddressPolicy policy;
  private final Duration patience;
  private final Clock clock;

  /**
   * @param trusted certificates in PEM, in place of those that Java trusts
   * @param patience for a name, a connection and an answer together
   */
  HttpSender(
      Vertx vertx,
      NameResolver names,
      AddressPolicy policy,
      Optional<Path> trusted,
      Duration patience,
      Clock clock) {
    this.vertx = vertx;
    this.names = names;
    this.policy = policy;
    this.patience = patience;
    this.clock = clock;
    HttpClientOptions options =
        new HttpClientOptions()
            .setConnectTimeout(CONNECT_MILLIS)
            .setKeepAliveTimeout(KEPT_SECONDS)
            .setMaxPoolSize(OF_ONE_RECEIVER)
            .setMaxWaitQueueSize(OF_ONE_RECEIVER)
            .setForceSni(true)
            .setUseAlpn(false);
    trusted.ifPresent(
        pem -> options.setTrustOptions(new PemTrustOptions().addCertPath(pem.toString())));
    this.client = vertx.createHttpClient(options);
  }

  @Override
  public CompletionStage<Attempt> send(URI url, Map<String, String> headers, Bytes body) {
    CompletableFuture<Attempt> done = new CompletableFuture<>();
    AtomicReference<HttpClientRequest> sent = new AtomicReference<>();
    AtomicReference<Attempt> answered = new AtomicReference<>();
    long timer =
        vertx.setTimer(
            patience.toMillis(),
            due -> {
              done.complete(
                  Optional.ofNullable(answered.get())
                      .orElseGet(() -> Attempt.without(clock.instant(), Result.TOO_SLOW)));
              HttpClientRequest request = sent.get();
              if (request != null) {
                request.connection().close();
              }
            });
    checked(url)
        .thenCompose(address -> post(url, address, headers, body, done, sent, answered))
        .whenComplete(
            (ended, failure) -> {
              vertx.cancelTimer(timer);
              // Only now: who trickles the rest of his answer keeps his own turn, nobody else's.
              Attempt attempt = answered.get();
              if (attempt != null) {
                done.complete(attempt);
              } else if (failure != null) {
                done.complete(Attempt.without(clock.instant(), result(failure)));
              }
            });
    return done;
  }

  /** That the address of a receiver may not be reached. */
  private static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @Override
  public CompletionStage<Boolean> isRefused(URI url) {
    return checked(url)
        .handle((address, failure) -> failure != null && result(failure) == Result.ADDRESS_REFUSED);
  }

  private CompletionStage<InetAddress> checked(URI url) {
    return names
        .resolve(WebhookAddress.host(url))
        .thenApply(
            all -> {
              // One of several would do for whoever answers one thing now and another then.
              if (all.isEmpty() || !all.stream().allMatch(a -> mayReach(url, a))) {
                throw new RefusedException();
              }
              return all.get(0);
            });
  }

  private boolean mayReach(URI url, InetAddress address) {
    return WebhookAddress.isSecure(url)
        ? policy.mayReach(address)
        : policy.isAllowedExpressly(address);
  }

  private CompletionStage<Void> post(
      URI url,
      InetAddress address,
      Map<String, String> headers,
      Bytes body,
      CompletableFuture<Attempt> done,
      AtomicReference<HttpClientRequest> sent,
      AtomicReference<Attempt> answered) {
    int port = WebhookAddress.port(url);
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setServer(SocketAddress.inetSocketAddress(port, address.getHostAddress()))
            .setHost(WebhookAddress.host(url))
            .setPort(port)
            .setSsl(WebhookAddress.isSecure(url))
            .setURI(pathOf(url))
            .putHeader("host", url.getRawAuthority())
            .putHeader("user-agent", "countermark-webhooks");
    headers.forEach(options::putHeader);
    if (done.isDone()) {
      return CompletableFuture.completedFuture(null);
    }
    return client
        .request(options)
        .compose(
            request -> {
              sent.set(request);
              if (done.isDone()) {
                return request.connection().close().mapEmpty();
              }
              return request
                  .send(Buffer.buffer(body.toArray()))
                  .compose(
                      response -> {
                        answered.set(
                            new Attempt(
                                clock.instant(),
                                response.statusCode() / 100 == 2
                                    ? Result.DELIVERED
                                    : Result.ANSWERED_OTHERWISE,
                                Optional.of(response.statusCode())));
                        return rest(request, response);
                      });
            })
        .toCompletionStage();
  }

  private static String pathOf(URI url) {
    String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
  }

  /** Reads what is left of a short answer; the timer cuts off a long one, too. */
  private static io.vertx.core.Future<Void> rest(
      HttpClientRequest request, HttpClientResponse response) {
    int[] read = {0};
    response.handler(
        piece -> {
          read[0] += piece.length();
          if (read[0] > MOST_READ) {
            request.connection().close();
          }
        });
    return response.end();
  }

  private static Result result(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof RefusedException) {
      return Result.ADDRESS_REFUSED;
    } else if (cause instanceof UnknownHostException) {
      return Result.NAME_UNKNOWN;
    } else if (cause instanceof SSLException) {
      return Result.UNTRUSTED;
    }
    return Result.UNREACHABLE;
  }

  @Override
  public void close() {
    client.close();
  }
}
