package dev.countermark.signer.nuget;

import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Obstacle;
import dev.countermark.format.nuget.signature.MalformedSignatureException;
import dev.countermark.format.nuget.signature.Timestamping;
import dev.countermark.format.nuget.verify.TimestampCheck;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Asks timestamp authorities over HTTP (RFC 3161, 3.4), in order, until one answers. One that does
 * not is left alone for a while.
 */
final class Timestamps {
  private static final Logger LOG = Logger.getLogger(Timestamps.class);
  private static final int MAX_ANSWER = 1 << 20;

  /** Bytes that nobody signed. */
  private static final int PROBE = 32;

  private final List<Authority> authorities;
  private final Duration timeout;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  private final HttpClient http;

  /**
   * @param timeout of one exchange
   */
  Timestamps(List<URI> authorities, Duration timeout, Clock clock) {
    this.authorities = authorities.stream().map(Authority::new).toList();
    this.timeout = timeout;
    this.clock = clock;
    this.http = HttpClient.newBuilder().connectTimeout(timeout).build();
  }

  /**
   * Before a signature is made that is worth nothing without a timestamp: that somebody is there to
   * make one. Who answered the last time is believed; whoever did not is asked for a timestamp of
   * something else.
   *
   * @throws Failure.Transient when no authority is set, or none answers
   */
  void requireAnswer() {
    requireAny();
    if (authorities.stream().noneMatch(Authority::isAnswering)) {
      byte[] nothing = new byte[PROBE];
      random.nextBytes(nothing);
      of(nothing, true);
    }
  }

  /**
   * A token over a signature.
   *
   * @param required whether there must be one
   * @return empty when no authority answers and none is required
   * @throws Failure.Transient when one is required and no authority answers
   */
  Optional<byte[]> of(byte[] signatureValue, boolean required) {
    for (Authority authority : authorities) {
      if (authority.mayBeAsked(clock.instant())) {
        try {
          byte[] token = ask(authority.address(), signatureValue);
          authority.answered();
          return Optional.of(token);
        } catch (IOException | MalformedSignatureException e) {
          authority.failed(clock.instant());
          LOG.warnf("timestamp authority %s: %s", authority.address(), e.getMessage());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new Failure.Transient("interrupted while waiting for a timestamp", e);
        }
      }
    }
    if (required) {
      requireAny();
      throw new Failure.Transient(
          Obstacle.TIMESTAMP_AUTHORITY_UNAVAILABLE, "no timestamp authority answers", null);
    }
    return Optional.empty();
  }

  private void requireAny() {
    if (authorities.isEmpty()) {
      throw new Failure.Transient(
          Obstacle.NO_TIMESTAMP_AUTHORITY,
          "timestamps are required and no countermark.nuget.timestamp-authorities are set",
          null);
    }
  }

  private byte[] ask(URI authority, byte[] signatureValue)
      throws IOException, InterruptedException, MalformedSignatureException {
    Timestamping exchange = new Timestamping(signatureValue, random);
    HttpRequest request =
        HttpRequest.newBuilder(authority)
            .timeout(timeout)
            .header("Content-Type", Timestamping.REQUEST_TYPE)
            .POST(HttpRequest.BodyPublishers.ofByteArray(exchange.request()))
            .build();
    HttpResponse<byte[]> response = send(request);
    if (response.statusCode() != 200) {
      throw new IOException("answered " + response.statusCode());
    }
    byte[] token = exchange.token(response.body());
    Optional<String> objection = TimestampCheck.objection(token, signatureValue, clock.instant());
    if (objection.isPresent()) {
      throw new IOException("clients would refuse its timestamp: " + objection.get());
    }
    return token;
  }

  /** The timeout of the request ends with the head of the answer; this one holds for all of it. */
  private HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(request, head -> new BoundedBody(MAX_ANSWER));
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException("does not answer in time", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } finally {
      answer.cancel(true);
    }
  }
}
