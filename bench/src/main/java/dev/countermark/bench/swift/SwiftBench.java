package dev.countermark.bench.swift;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.bench.Lags;
import dev.countermark.bench.Parallel;
import dev.countermark.bench.Poll;
import dev.countermark.bench.ProcessorTimes;
import dev.countermark.bench.Programs;
import dev.countermark.bench.Say;
import dev.countermark.bench.Target;
import dev.countermark.testkit.http.HttpCaller;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The claims about the Swift path: releases with two manifests and an archive of 1 MB signed per
 * second through the whole pipeline, against a loop of the client that signs itself; the lag from
 * the publication's first byte to the release being available when idle, by the client's clock.
 */
final class SwiftBench {
  private static final int CLIENT_SAMPLE = 8;
  private static final int SINGLE_RELEASES = 50;
  private static final String BOUNDARY = "countermark-bench-boundary";
  private static final String JSON = "application/vnd.swift.registry.v1+json";
  private static final String BASE =
      "/bench/swift-" + Long.toString(System.nanoTime(), 36) + "/swift/";

  private final HttpCaller caller;
  private final Target target;
  private final int releases;
  private final int warmUp;
  private final ObjectNode figures = JsonNodeFactory.instance.objectNode();

  /**
   * @param releases per measurement
   * @param warmUp releases before that: a server runs for weeks; its first seconds, in which its
   *     code is compiled, say nothing
   */
  SwiftBench(Target target, int releases, int warmUp) {
    this.target = target;
    this.releases = releases;
    this.warmUp = warmUp;
    this.caller = HttpCaller.withBearer(target.url(), target.token());
  }

  ObjectNode run() throws IOException {
    figures.put("benchmark", "swift");
    figures.put("archiveBytes", SampleRelease.of("Sample", 0).archive().length);
    figures.put("warmUpReleases", warmUp);
    figures.put("cores", Runtime.getRuntime().availableProcessors());
    Say.line("warming up with " + warmUp + " releases");
    publishAll("WarmUp", warmUp);
    idleLag();
    double pipeline = pipeline();
    clientLoop(pipeline);
    return figures;
  }

  private void idleLag() {
    Say.line("lag from publication to available, " + SINGLE_RELEASES + " single releases");
    List<Long> lags = new ArrayList<>();
    for (int i = 0; i < SINGLE_RELEASES; i++) {
      SampleRelease release = SampleRelease.of("Lag", i);
      byte[] body = body(release);
      long began = System.nanoTime();
      publish(release, body);
      lags.add(Duration.ofNanos(System.nanoTime() - began).toMillis());
    }
    Lags.put(figures.putObject("idleLagMillis"), lags);
  }

  /** From the first publication to the last release being available. */
  private double pipeline() {
    Say.line("whole pipeline, " + releases + " releases");
    List<SampleRelease> samples = new ArrayList<>();
    List<byte[]> bodies = new ArrayList<>();
    for (int i = 0; i < releases; i++) {
      samples.add(SampleRelease.of("Pipeline", i));
      bodies.add(body(samples.get(i)));
    }
    ProcessorTimes times = ProcessorTimes.from(target);
    long began = System.nanoTime();
    Parallel.forEach(releases, i -> publish(samples.get(i), bodies.get(i)));
    double seconds = (System.nanoTime() - began) / 1e9;
    times.put(figures, "processorMillisPerRelease", releases);
    return rate("pipeline", releases, seconds);
  }

  private void clientLoop(double pipeline) throws IOException {
    Optional<Path> swift = Programs.find("swift");
    if (swift.isEmpty()) {
      figures.putNull("client");
      figures.putNull("signedPerSecondRatioToClient");
      Say.line("swift is not on the PATH: NO RATIO to a client that signs itself");
      return;
    }
    SwiftLoop loop = SwiftLoop.prepare(swift.get(), target);
    Say.line("loop of swift package-registry publish, " + CLIENT_SAMPLE + " releases");
    loop.sign(SampleRelease.of("Author", 0)); // the first one also warms up its caches
    long began = System.nanoTime();
    for (int i = 1; i <= CLIENT_SAMPLE; i++) {
      loop.sign(SampleRelease.of("Author", i));
    }
    double rate = rate("client", CLIENT_SAMPLE, (System.nanoTime() - began) / 1e9);
    figures.put("signedPerSecondRatioToClient", Say.rounded(pipeline / rate));
    Say.line("  ratio " + Say.rounded(pipeline / rate));
  }

  private double rate(String what, int releases, double seconds) {
    ObjectNode figure = figures.putObject(what);
    figure.put("releases", releases);
    figure.put("seconds", Say.rounded(seconds));
    figure.put("releasesPerSecond", Say.rounded(releases / seconds));
    Say.line("  " + Say.rounded(releases / seconds) + " releases/s");
    return releases / seconds;
  }

  private void publishAll(String name, int count) {
    Parallel.forEach(
        count,
        i -> {
          SampleRelease release = SampleRelease.of(name, i);
          publish(release, body(release));
        });
  }

  private static byte[] body(SampleRelease release) {
    byte[] archive = release.archive();
    ByteArrayOutputStream body = new ByteArrayOutputStream(archive.length + 512);
    body.writeBytes(
        ("--"
                + BOUNDARY
                + "\r\nContent-Disposition: form-data; name=\"source-archive\"\r\n"
                + "Content-Type: application/zip\r\nContent-Transfer-Encoding: binary\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    body.writeBytes(archive);
    body.writeBytes(("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII));
    return body.toByteArray();
  }

  /**
   * Like the client: the answer comes once the release is signed and can be resolved, or tells to
   * ask again.
   */
  private void publish(SampleRelease release, byte[] body) {
    HttpResponse<byte[]> answer =
        caller.send(
            "PUT",
            BASE + release.path(),
            body,
            Map.of(
                "Accept",
                JSON,
                "Prefer",
                "wait=60",
                "Content-Type",
                "multipart/form-data;boundary=\"" + BOUNDARY + "\""));
    if (answer.statusCode() == 202) {
      String submission =
          URI.create(answer.headers().firstValue("Location").orElseThrow()).getRawPath();
      Poll.until(
          release.path() + " is signed",
          () -> caller.send("GET", submission, null, Map.of("Accept", JSON)).statusCode() == 301);
    } else if (answer.statusCode() != 201) {
      throw new IllegalStateException(
          release.path()
              + " was answered "
              + answer.statusCode()
              + " "
              + new String(answer.body(), StandardCharsets.UTF_8));
    }
  }
}
