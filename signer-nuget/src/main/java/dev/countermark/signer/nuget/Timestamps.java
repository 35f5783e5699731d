package dev.countermark.signer.nuget;

import dev.countermark.contracts.Failure;
import dev.countermark.format.nupkg.signature.MalformedSignatureException;
import dev.countermark.format.nupkg.signature.Timestamping;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Asks timestamp authorities over HTTP (RFC 3161, 3.4), in order, until one answers. */
final class Timestamps {
  private static final Logger LOG = Logger.getLogger(Timestamps.class);
  private static final int MAX_ANSWER = 1 << 20;

  private final List<URI> authorities;
  private final Duration timeout;
  private final SecureRandom random = new SecureRandom();
  private final HttpClient http;

  /**
   * @param timeout of one exchange
   */
  Timestamps(List<URI> authorities, Duration timeout) {
    this.authorities = List.copyOf(authorities);
    this.timeout = timeout;
    this.http = HttpClient.newBuilder().connectTimeout(timeout).build();
  }

  /**
   * A token over a signature.
   *
   * @param required whether there must be one
   * @return empty when no authority answers and none is required
   * @throws Failure.Transient when one is required and no authority answers
   */
  Optional<byte[]> of(byte[] signatureValue, boolean required) {
    for (URI authority : authorities) {
      try {
        return Optional.of(ask(authority, signatureValue));
      } catch (IOException | MalformedSignatureException e) {
        LOG.warnf("timestamp authority %s: %s", authority, e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new Failure.Transient("interrupted while waiting for a timestamp", e);
      }
    }
    if (required) {
      throw new Failure.Transient(
          authorities.isEmpty()
              ? "timestamps are required and no countermark.nuget.timestamp-authorities are set"
              : "no timestamp authority answers",
          null);
    }
    return Optional.empty();
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
    HttpResponse<InputStream> response =
        http.send(request, HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      if (response.statusCode() != 200) {
        throw new IOException("answered " + response.statusCode());
      }
      byte[] answer = body.readNBytes(MAX_ANSWER + 1);
      if (answer.length > MAX_ANSWER) {
        throw new IOException("answered more than 1 MiB");
      }
      return exchange.token(answer);
    }
  }
}
