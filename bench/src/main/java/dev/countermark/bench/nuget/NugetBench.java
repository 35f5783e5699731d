package dev.countermark.bench.nuget;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.bench.Lags;
import dev.countermark.bench.Parallel;
import dev.countermark.bench.Poll;
import dev.countermark.bench.ProcessorTimes;
import dev.countermark.bench.Programs;
import dev.countermark.bench.Say;
import dev.countermark.bench.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.Provider;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * The claims about the NuGet path: packages of 100 KB signed per second through the whole pipeline
 * (pushed over HTTP, examined, stored, announced, signed, published), against a loop of {@code
 * dotnet nuget sign} and against the {@link BareLoop}; the lag from accepted to signed when idle.
 */
final class NugetBench {
  private static final int BARE_WARM_UP_RUNS = 3;
  private static final int DOTNET_SAMPLE = 12;
  private static final int SINGLE_PUSHES = 100;
  private static final int QUERIES = 300;
  private static final String GROWN_ID = "Bench.WarmUp";
  private static final String ID_PREFIX = "Bench.Id";
  private static final String REPOSITORY = "bench/nuget-" + Long.toString(System.nanoTime(), 36);

  private final Target target;
  private final NugetFeed feed;
  private final int packages;
  private final int grown;
  private final ObjectNode figures = JsonNodeFactory.instance.objectNode();

  /**
   * @param packages per measurement
   * @param grown ids, and versions of one id, that are pushed before. A server runs for weeks: its
   *     first minutes, in which its code is compiled, say nothing; while both cores are busy with
   *     packages the compiler gets little of them.
   */
  NugetBench(Target target, int packages, int grown) {
    this.target = target;
    this.packages = packages;
    this.grown = grown;
    this.feed = new NugetFeed(target, REPOSITORY);
  }

  ObjectNode run() throws IOException {
    figures.put("benchmark", "nuget");
    figures.put("packageBytes", SamplePackage.BYTES);
    figures.put("warmUpPackages", 2 * grown);
    figures.put("cores", Runtime.getRuntime().availableProcessors());
    warmUp();
    idleLag();
    double pipeline = pipeline();
    double drain = drain();
    resync();
    bareLoop(pipeline, drain);
    dotnetLoop(pipeline);
    search();
    scale();
    firstSearch();
    return figures;
  }

  /** One of many. */
  private record Sample(String id, int number) {
    SamplePackage made() {
      return SamplePackage.of(id, number);
    }
  }

  /** Half of it is versions of one package, half is packages of one version. */
  private void warmUp() {
    Say.line("warming up with " + 2 * grown + " packages");
    pushAll(feed, grown, i -> new Sample(GROWN_ID, i));
    pushAll(feed, grown, i -> new Sample(ID_PREFIX + i, 0));
    awaitSigned(feed, grown, 1, i -> new Sample(ID_PREFIX + i, 0));
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
    Say.line("whole pipeline, " + packages + " packages");
    ProcessorTimes times = ProcessorTimes.from(target);
    return signed(
        "pipeline",
        feed,
        i -> new Sample("Bench.Pipeline", i),
        () -> times.put(figures, "processorMillisPerPackage", packages));
  }

  /** Pushes and waits; from the first accepted to the last signed, by the platform's own clock. */
  private double signed(
      String what, NugetFeed to, IntFunction<Sample> samples, Runnable whenSigned) {
    pushAll(to, packages, samples);
    Sample last = samples.apply(packages - 1);
    to.awaitSignedPatiently(last.id(), last.number(), 1);
    whenSigned.run();
    List<JsonNode> statuses = awaitSigned(to, packages, 1, samples);
    Instant first =
        statuses.stream()
            .map(s -> Instant.parse(s.path("acceptedAt").asText()))
            .min(Comparator.naturalOrder())
            .orElseThrow();
    return rate(what, packages, Duration.between(first, lastSigned(statuses)));
  }

  /** A feed of many packages and a package of many versions, against a feed that is new. */
  private void scale() {
    Say.line(
        "a new feed, then one of " + grown + " ids, then an id of " + grown + " versions in it");
    NugetFeed small = new NugetFeed(target, REPOSITORY + "-new");
    small.push(new Sample("Bench.First", 0).made());
    small.search("first"); // from now on it has an index to be kept up to date, too
    double few = signed("newFeed", small, i -> new Sample("Bench.New" + i, 0), () -> {});
    double ids = signed("feedOfManyIds", feed, i -> new Sample("Bench.New" + i, 0), () -> {});
    double versions =
        signed("idOfManyVersions", feed, i -> new Sample(GROWN_ID, grown + i), () -> {});
    figures.put("grownTo", grown);
    ratio("manyIdsRatioToNewFeed", ids / few);
    ratio("manyVersionsRatioToNewFeed", versions / few);
  }

  /** One client asks; every query finds others. */
  private void search() {
    Say.line("search, " + QUERIES + " queries over more than " + grown + " ids");
    List<Long> micros = new ArrayList<>();
    for (int i = 0; i < QUERIES; i++) {
      String query = ID_PREFIX + i % Math.max(1, grown / 10);
      long began = System.nanoTime();
      int hits = feed.search(query);
      micros.add((System.nanoTime() - began) / 1_000);
      if (hits == 0) {
        throw new IllegalStateException("nothing was found for " + query);
      }
    }
    Lags.put(figures.putObject("searchMicros"), micros, "µs");
  }

  /** The gateway is killed: the one that is started in its place has no index yet. */
  private void firstSearch() {
    Optional<Long> gateway = target.process(Target.GATEWAY);
    if (gateway.isEmpty()) {
      figures.putNull("firstSearchMillis");
      Say.line("first search after a start: not measured, the gateway is not ours to kill");
      return;
    }
    int before = feed.search(ID_PREFIX);
    Say.line("first search after a start, over a feed with " + before + " ids of that name");
    target.signal("KILL", gateway.get());
    Poll.until("a new gateway is ready", () -> isReady(gateway.get()));
    long began = System.nanoTime();
    int found = feed.search(ID_PREFIX);
    long millis = (System.nanoTime() - began) / 1_000_000;
    if (found != before) {
      throw new IllegalStateException(
          "the first search found " + found + " ids, the last one before " + before);
    }
    figures.put("firstSearchMillis", millis);
    Say.line("  " + millis + " ms");
  }

  private boolean isReady(long killed) {
    try {
      return target.process(Target.GATEWAY).filter(process -> process != killed).isPresent()
          && target.caller().send("GET", "/q/health/ready", null, Map.of()).statusCode() == 200;
    } catch (UncheckedIOException e) {
      return false; // nobody listens yet
    }
  }

  /** The signer alone: it is stopped while the packages are pushed, then let go. */
  private double drain() {
    Optional<Long> signer = target.process(Target.SIGNER);
    if (signer.isEmpty()) {
      figures.putNull("drain");
      Say.line("drain rate: not measured, the signer is not ours to stop");
      return Double.NaN;
    }
    Say.line("drain rate of the signer, " + packages + " packages waiting");
    target.signal("STOP", signer.get());
    Instant released;
    try {
      pushAll(feed, packages, i -> new Sample("Bench.Drain", i));
    } finally {
      released = Instant.now();
      target.signal("CONT", signer.get());
    }
    List<JsonNode> statuses = awaitSigned(feed, packages, 1, i -> new Sample("Bench.Drain", i));
    return rate("drain", packages, Duration.between(released, lastSigned(statuses)));
  }

  /** Everything again with a new key, at the pace of bulk work. */
  private void resync() {
    if (target.data().isEmpty()) {
      figures.putNull("resync");
      Say.line("resync: not measured, the key is not ours to rotate");
      return;
    }
    Say.line("resync after a rotation, " + packages + " packages");
    NugetFeed rotated = new NugetFeed(target, REPOSITORY + "-resync");
    IntFunction<Sample> samples = i -> new Sample("Bench.Resync", i);
    pushAll(rotated, packages, samples);
    awaitSigned(rotated, packages, 1, samples);
    rotated.rotate();
    Instant began = Instant.now();
    rotated.resync();
    List<JsonNode> statuses = awaitSigned(rotated, packages, 2, samples);
    rate("resync", packages, Duration.between(began, lastSigned(statuses)));
  }

  private void bareLoop(double pipeline, double drain) {
    Optional<BareLoop> loop = BareLoop.on(target);
    if (loop.isEmpty()) {
      figures.putNull("bareLoop");
      Say.line("bare loop: not measured, the store is not ours to write to");
      return;
    }
    byte[] record = loop.get().record(REPOSITORY, "Bench.Pipeline", SamplePackage.version(0));
    Say.line(
        "bare loop of "
            + packages
            + " packages on the same store, records of "
            + record.length
            + " bytes");
    bareLoop(loop.get(), record, BareLoop.jdk(), "Jdk", pipeline, drain);
    bareLoop(loop.get(), record, BareLoop.fastest(), "Native", pipeline, drain);
  }

  private void bareLoop(
      BareLoop loop, byte[] record, Provider rsa, String name, double pipeline, double drain) {
    Say.line("  with the RSA of " + rsa.getName());
    for (int i = 0; i < BARE_WARM_UP_RUNS; i++) {
      loop.run(packages, record, rsa);
    }
    BareLoop.Took took = loop.run(packages, record, rsa);
    double whole = rate("bareLoop" + name + "Rsa", packages, took.whole());
    double signing = rate("bareSigning" + name + "Rsa", packages, took.signing());
    ratio("pipelineRatioToBareLoop" + name + "Rsa", pipeline / whole);
    if (!Double.isNaN(drain)) {
      ratio("drainRatioToBareSigning" + name + "Rsa", drain / signing);
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

  private static void pushAll(NugetFeed to, int count, IntFunction<Sample> samples) {
    Parallel.forEach(count, i -> to.push(samples.apply(i).made()));
  }

  /**
   * From the last to the first: few questions while the platform is still busy.
   *
   * @param key least version of the key
   */
  private static List<JsonNode> awaitSigned(
      NugetFeed at, int count, int key, IntFunction<Sample> samples) {
    List<JsonNode> statuses = new ArrayList<>();
    for (int i = count - 1; i >= 0; i--) {
      Sample sample = samples.apply(i);
      statuses.add(at.awaitSignedPatiently(sample.id(), sample.number(), key));
    }
    return statuses;
  }

  private static Instant lastSigned(List<JsonNode> statuses) {
    return statuses.stream()
        .map(s -> Instant.parse(s.path("signedAt").asText()))
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
}
