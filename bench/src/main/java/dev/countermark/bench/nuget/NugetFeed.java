package dev.countermark.bench.nuget;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.bench.Poll;
import dev.countermark.bench.Target;
import dev.countermark.contracts.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** A NuGet feed, as clients and operators use it; safe for concurrent use. */
final class NugetFeed {
  private static final String BOUNDARY = "countermark-bench-boundary";
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final Duration AT_ONCE = Duration.ofMillis(5);
  private static final Duration SELDOM = Duration.ofMillis(250);

  private final Target target;
  private final String base;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /**
   * @param repository made by the first push
   */
  NugetFeed(Target target, String repository) {
    this.target = target;
    this.base = "/" + repository;
  }

  void push(SamplePackage nupkg) {
    push(nupkg.name(), BodyPublishers.ofByteArray(nupkg.bytes()));
  }

  void push(String what, BodyPublisher nupkg) {
    HttpRequest request =
        HttpRequest.newBuilder(target.url().resolve(base + "/nuget/v3/package/"))
            .timeout(LIMIT)
            .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
            .header("X-NuGet-ApiKey", target.token())
            .header("Prefer", "wait=0") // whoever measures asks when it is signed
            .PUT(
                BodyPublishers.concat(
                    BodyPublishers.ofString(
                        "--"
                            + BOUNDARY
                            + "\r\nContent-Disposition: form-data; name=package;"
                            + " filename=package.nupkg\r\n"
                            + "Content-Type: application/octet-stream\r\n\r\n"),
                    nupkg,
                    BodyPublishers.ofString("\r\n--" + BOUNDARY + "--\r\n")))
            .build();
    try {
      HttpResponse<byte[]> answer = http.send(request, BodyHandlers.ofByteArray());
      if (answer.statusCode() != 202) {
        throw new IllegalStateException(
            "the push of "
                + what
                + " was answered "
                + answer.statusCode()
                + " "
                + new String(answer.body(), StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the push of " + what, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Makes a new key the current one at once, as an operator of the key service may. */
  void rotate() {
    target.rotate(base.substring(1), "nuget");
  }

  /** Asks for a new look at every package. */
  void resync() {
    target.order("POST", "/api/v1/repositories" + base + "/resync", null, 202);
  }

  /** How many packages a query finds. */
  int search(String query) {
    String path = base + "/nuget/v3/query?take=20&q=" + query;
    return Json.read(target.send("GET", path, null, Map.of(), 200), JsonNode.class)
        .path("totalHits")
        .asInt();
  }

  JsonNode awaitSigned(String id, int number) {
    return awaitSigned(id, SamplePackage.version(number), AT_ONCE, 1);
  }

  /**
   * Waits until a sample is signed, asking seldom: what is measured meanwhile has better to do.
   *
   * @param key least version of the key
   */
  JsonNode awaitSignedPatiently(String id, int number, int key) {
    return awaitSigned(id, SamplePackage.version(number), SELDOM, key);
  }

  JsonNode awaitSigned(String id, String version) {
    return awaitSigned(id, version, AT_ONCE, 1);
  }

  JsonNode status(String id, String version) {
    String path = base + "/status/nuget/" + id + "/" + version;
    return Json.read(target.send("GET", path, null, Map.of(), 200), JsonNode.class);
  }

  private JsonNode awaitSigned(String id, String version, Duration interval, int key) {
    JsonNode[] status = new JsonNode[1];
    Poll.until(
        id + " " + version + " is signed",
        interval,
        () -> {
          status[0] = status(id, version);
          return status[0].path("status").asText().equals("signed")
              && status[0].path("keyVersion").asInt() >= key;
        });
    return status[0];
  }
}
