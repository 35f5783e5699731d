package dev.countermark.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.contracts.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The claims about the NuGet path: packages of 100 KB signed per second through the whole pipeline
 * (pushed over HTTP, examined, stored, announced, signed, published), against a loop of {@code
 * dotnet nuget sign} and against the {@link BareLoop}; the lag from accepted to signed when idle.
 */
final class NugetBench {
  /** A server runs for weeks: its first seconds, in which its code is compiled, say nothing. */
  private static final int WARM_UP_PACKAGES = 4_000;

  private static final int SIGNED_PACKAGES = 1_000;
  private static final int DOTNET_SAMPLE = 12;
  private static final int SINGLE_PUSHES = 100;
  private static final String REPOSITORY = "bench/nuget-" + Long.toString(System.nanoTime(), 36);

  private final Target target;
  private final NugetFeed feed;
  private final ObjectNode figures = JsonNodeFactory.instance.objectNode();

  NugetBench(Target target) {
    this.target = target;
    this.feed = new NugetFeed(target, REPOSITORY);
  }

  ObjectNode run() throws IOException {
    figures.put("benchmark", "nuget");
    figures.put("packageBytes", SamplePackage.BYTES);
    figures.put("warmUpPackages", WARM_UP_PACKAGES);
    figures.put("cores", Runtime.getRuntime().availableProcessors());
    Say.line("warming up with " + WARM_UP_PACKAGES + " packages");
    pushAll("Bench.WarmUp", WARM_UP_PACKAGES);
    awaitSigned("Bench.WarmUp", WARM_UP_PACKAGES);
    idleLag();
    double pipeline = pipeline();
    double drain = drain();
    bareLoop(pipeline, drain);
    dotnetLoop(pipeline);
    return figures;
  }

  private void idleLag() {
    Say.line("lag from accepted to signed, " + SINGLE_PUSHES + " single pushes");
    List<Long> lags = new ArrayList<>();
    for (int i = 0; i < SINGLE_PUSHES; i++) {
      feed.push(SamplePackage.of("Bench.Lag", i));
      lags.add(feed.awaitSigned("Bench.Lag", i).path("lagMillis").asLong());
    }
    Lags.put(figures.putObject("idleLagMillis"), lags);
  }

  /** All at once; from the first accepted to the last signed, by the platform's own clock. */
  private double pipeline() {
    Say.line("whole pipeline, " + SIGNED_PACKAGES + " packages");
    pushAll("Bench.Pipeline", SIGNED_PACKAGES);
    List<JsonNode> statuses = awaitSigned("Bench.Pipeline", SIGNED_PACKAGES);
    Instant first =
        statuses.stream()
            .map(s -> Instant.parse(s.path("acceptedAt").asText()))
            .min(Comparator.naturalOrder())
            .orElseThrow();
    return rate("pipeline", SIGNED_PACKAGES, Duration.between(first, lastSigned(statuses)));
  }

  /** The signer alone: it is stopped while the packages are pushed, then let go. */
  private double drain() {
    Optional<Long> signer = target.process("signer-nuget");
    if (signer.isEmpty()) {
      figures.putNull("drain");
      Say.line("drain rate: not measured, the signer is not ours to stop");
      return Double.NaN;
    }
    Say.line("drain rate of the signer, " + SIGNED_PACKAGES + " packages waiting");
    target.signal("STOP", signer.get());
    Instant released;
    try {
      pushAll("Bench.Drain", SIGNED_PACKAGES);
    } finally {
      released = Instant.now();
      target.signal("CONT", signer.get());
    }
    List<JsonNode> statuses = awaitSigned("Bench.Drain", SIGNED_PACKAGES);
    return rate("drain", SIGNED_PACKAGES, Duration.between(released, lastSigned(statuses)));
  }

  private void bareLoop(double pipeline, double drain) throws IOException {
    Optional<BareLoop> loop = BareLoop.on(target);
    if (loop.isEmpty()) {
      figures.putNull("bareLoop");
      Say.line("bare loop: not measured, the store is not ours to write to");
      return;
    }
    int recordBytes = feed.recordBytes("Bench.Pipeline", 0);
    Say.line(
        "bare loop of "
            + SIGNED_PACKAGES
            + " packages on the same store, records of "
            + recordBytes
            + " bytes");
    loop.get().run(SIGNED_PACKAGES / 2, recordBytes); // its code is compiled, too
    BareLoop.Took took = loop.get().run(SIGNED_PACKAGES, recordBytes);
    double whole = rate("bareLoop", SIGNED_PACKAGES, took.whole());
    double signing = rate("bareSigning", SIGNED_PACKAGES, took.signing());
    ratio("signedPerSecondRatioToBareLoop", pipeline / whole);
    if (!Double.isNaN(drain)) {
      ratio("drainRatioToBareSigning", drain / signing);
    }
  }

  private void dotnetLoop(double pipeline) throws IOException {
    Optional<Path> dotnet = Programs.find("dotnet");
    if (dotnet.isEmpty()) {
      figures.putNull("dotnet");
      Say.line("dotnet is not on the PATH: no ratio");
      return;
    }
    DotnetLoop loop = DotnetLoop.prepare(dotnet.get(), target);
    Say.line("loop of dotnet nuget sign, " + DOTNET_SAMPLE + " packages of the same size");
    loop.sign(SamplePackage.of("Bench.Dotnet", 0)); // the first one also warms up its caches
    long began = System.nanoTime();
    for (int i = 1; i <= DOTNET_SAMPLE; i++) {
      loop.sign(SamplePackage.of("Bench.Dotnet", i));
    }
    double rate = rate("dotnet", DOTNET_SAMPLE, Duration.ofNanos(System.nanoTime() - began));
    ratio("signedPerSecondRatioToDotnet", pipeline / rate);
  }

  private void pushAll(String id, int count) {
    Parallel.forEach(count, i -> feed.push(SamplePackage.of(id, i)));
  }

  /** From the last to the first: few questions while the platform is still busy. */
  private List<JsonNode> awaitSigned(String id, int count) {
    List<JsonNode> statuses = new ArrayList<>();
    for (int i = count - 1; i >= 0; i--) {
      statuses.add(feed.awaitSigned(id, i));
    }
    return statuses;
  }

  private static Instant lastSigned(List<JsonNode> statuses) {
    return statuses.stream()
        .map(s -> Instant.parse(s.path("signature").path("signedAt").asText()))
        .max(Comparator.naturalOrder())
        .orElseThrow();
  }

  private double rate(String what, int packages, Duration took) {
    double seconds = took.toNanos() / 1e9;
    ObjectNode figure = figures.putObject(what);
    figure.put("packages", packages);
    figure.put("seconds", Say.rounded(seconds));
    figure.put("packagesPerSecond", Say.rounded(packages / seconds));
    Say.line("  " + Say.rounded(packages / seconds) + " packages/s");
    return packages / seconds;
  }

  private void ratio(String what, double value) {
    figures.put(what, Say.rounded(value));
    Say.line("  " + what + " " + Say.rounded(value));
  }

  /** The feed that is pushed to. */
  private static final class NugetFeed {
    private static final String BOUNDARY = "countermark-bench-boundary";

    private final Target target;
    private final String base;

    NugetFeed(Target target, String repository) {
      this.target = target;
      this.base = "/" + repository;
    }

    void push(SamplePackage nupkg) {
      byte[] head =
          ("--"
                  + BOUNDARY
                  + "\r\nContent-Disposition: form-data; name=package; filename=package.nupkg\r\n"
                  + "Content-Type: application/octet-stream\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII);
      byte[] foot = ("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII);
      byte[] body = new byte[head.length + nupkg.bytes().length + foot.length];
      System.arraycopy(head, 0, body, 0, head.length);
      System.arraycopy(nupkg.bytes(), 0, body, head.length, nupkg.bytes().length);
      System.arraycopy(foot, 0, body, head.length + nupkg.bytes().length, foot.length);
      target.send(
          "PUT",
          base + "/nuget/v3/package/",
          body,
          Map.of(
              "Content-Type",
              "multipart/form-data; boundary=" + BOUNDARY,
              "X-NuGet-ApiKey",
              target.token()),
          202);
    }

    JsonNode awaitSigned(String id, int number) {
      String path = base + "/status/nuget/" + id + "/" + SamplePackage.version(number);
      JsonNode[] status = new JsonNode[1];
      Poll.until(
          path,
          () -> {
            status[0] = Json.read(target.send("GET", path, null, Map.of(), 200), JsonNode.class);
            return status[0].path("status").asText().equals("signed");
          });
      return status[0];
    }

    /**
     * About as many bytes as the record of a signed package has: what was added to the package, in
     * Base64, and as much again for all else.
     */
    int recordBytes(String id, int number) {
      String version = SamplePackage.version(number);
      String lower = id.toLowerCase(java.util.Locale.ROOT);
      byte[] signed =
          target.send(
              "GET",
              base
                  + "/nuget/v3/flat/"
                  + lower
                  + "/"
                  + version
                  + "/"
                  + lower
                  + "."
                  + version
                  + ".nupkg",
              null,
              Map.of(),
              200);
      int added = signed.length - SamplePackage.of(id, number).bytes().length;
      return 2 * added * 4 / 3;
    }
  }
}
