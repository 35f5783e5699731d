package dev.countermark.conformance.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A layer larger than the gateway's heap (256 MiB in the platform that {@code ./run} starts) goes
 * in and comes out. Its size in bytes is the system property {@code countermark.large-layer}.
 */
@ExtendWith(PlatformExtension.class)
class LargeLayerTest {
  private static final long SIZE = Long.getLong("countermark.large-layer", 320L << 20);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private Platform platform;
  private OciRepository repository;
  private String name;

  @BeforeEach
  void freshRepository(Platform platform) {
    this.platform = platform;
    repository = OciRepository.open(platform);
    name = repository.name("large");
  }

  @Test
  void inOneRequest() throws Exception {
    String digest = digest(new Layer(1));
    HttpResponse<Void> created =
        send(
            "POST",
            "/v2/" + name + "/blobs/uploads/?digest=" + digest,
            BodyPublishers.fromPublisher(body(1), SIZE));

    assertThat(created.statusCode()).isEqualTo(201);
    assertComesBack(digest);
  }

  /** Like docker and podman: a stream of unknown length, then its digest. */
  @Test
  void streamed() throws Exception {
    String digest = digest(new Layer(2));
    HttpResponse<Void> started =
        send("POST", "/v2/" + name + "/blobs/uploads/", BodyPublishers.noBody());
    assertThat(started.statusCode()).isEqualTo(202);
    HttpResponse<Void> received = send("PATCH", location(started), body(2));
    assertThat(received.statusCode()).isEqualTo(202);
    HttpResponse<Void> created =
        send("PUT", location(received) + "&digest=" + digest, BodyPublishers.noBody());

    assertThat(created.statusCode()).isEqualTo(201);
    assertComesBack(digest);
  }

  private static BodyPublisher body(long seed) {
    return BodyPublishers.ofInputStream(() -> new Layer(seed));
  }

  private static String location(HttpResponse<?> response) {
    return response.headers().firstValue("Location").orElseThrow();
  }

  private void assertComesBack(String digest) throws Exception {
    HttpResponse<InputStream> response =
        http.send(
            request("GET", "/v2/" + name + "/blobs/" + digest, BodyPublishers.noBody()),
            BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValueAsLong("Content-Length")).hasValue(SIZE);
    try (InputStream content = response.body()) {
      assertThat(digest(content)).isEqualTo(digest);
    }
  }

  private HttpResponse<Void> send(String method, String target, BodyPublisher body)
      throws IOException, InterruptedException {
    return http.send(request(method, target, body), BodyHandlers.discarding());
  }

  private HttpRequest request(String method, String target, BodyPublisher body) {
    String credentials = "token:" + repository.token();
    return HttpRequest.newBuilder(platform.url().resolve(URI.create(target)))
        .header(
            "Authorization",
            "Basic "
                + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)))
        .header("Content-Type", "application/octet-stream")
        .method(method, body)
        .build();
  }

  private static String digest(InputStream content) throws IOException {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
        sha256.update(buffer, 0, n);
      }
      return "sha256:" + HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A block of noise, repeated; every repetition begins with its number. */
  private static final class Layer extends InputStream {
    private final byte[] block = new byte[1 << 20];
    private long position;

    Layer(long seed) {
      new Random(seed).nextBytes(block);
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (position >= SIZE) {
        return -1;
      }
      int at = (int) (position % block.length);
      if (at == 0) {
        long number = position / block.length;
        for (int i = 0; i < Long.BYTES; i++) {
          block[i] = (byte) (number >>> (8 * i));
        }
      }
      int n = (int) Math.min(Math.min(length, block.length - at), SIZE - position);
      System.arraycopy(block, at, target, offset, n);
      position += n;
      return n;
    }
  }
}
