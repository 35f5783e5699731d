package dev.countermark.bench.nuget;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.bench.Say;
import dev.countermark.bench.Target;
import dev.countermark.testkit.http.HttpCaller;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the signature of a package of one gibibyte takes of the signer: how much heap is in use at
 * most, and how many bytes it reads from the store and writes to it. The platform is started here
 * with a signer that has {@value #SIGNER_HEAP} of heap: if that did not suffice, it would end with
 * an {@code OutOfMemoryError} and the package would stay unsigned.
 */
final class NugetLargeBench {
  private static final String SIGNER_HEAP = "64m";
  private static final String REPOSITORY = "bench/nuget-" + Long.toString(System.nanoTime(), 36);

  private final Target target;
  private final NugetFeed feed;
  private final HttpCaller signer;
  private final ObjectNode figures = JsonNodeFactory.instance.objectNode();

  private NugetLargeBench(Target target) {
    this.target = target;
    this.feed = new NugetFeed(target, REPOSITORY);
    this.signer = target.management(Target.SIGNER).orElseThrow();
  }

  /** A platform that takes such a package. */
  static Target open() throws IOException {
    Target target =
        Target.open(
            Map.of("COUNTERMARK_NUGET_MAX_PACKAGE_SIZE", "2G"),
            "--heap",
            Target.SIGNER + "=" + SIGNER_HEAP);
    if (target.data().isEmpty()) {
      throw new IllegalStateException("this benchmark starts its platform: unset COUNTERMARK_URL");
    }
    return target;
  }

  static ObjectNode run(Target target) throws IOException {
    return new NugetLargeBench(target).run();
  }

  private ObjectNode run() throws IOException {
    figures.put("benchmark", "nuget-large");
    Path file = LargePackage.write(target.scratch().resolve("large.nupkg"));
    long size = Files.size(file);
    figures.put("packageBytes", size);
    // Everything is loaded and connected once before.
    feed.push(SamplePackage.of("Bench.Small", 0));
    feed.awaitSigned("Bench.Small", 0);
    Metrics before = metrics();
    AtomicLong most = new AtomicLong();
    JsonNode status;
    AtomicBoolean watching = new AtomicBoolean(true);
    Thread watcher = new Thread(() -> watch(watching, most), "heap");
    watcher.start();
    try {
      Say.line("pushing a package of " + (size >> 20) + " MiB");
      long began = System.nanoTime();
      feed.push(LargePackage.ID, BodyPublishers.ofFile(file));
      figures.put("pushSeconds", Say.rounded((System.nanoTime() - began) / 1e9));
      status = feed.awaitSigned(LargePackage.ID, LargePackage.VERSION);
    } finally {
      watching.set(false);
    }
    Metrics after = metrics();
    most.accumulateAndGet(after.heapUsed(), Math::max);
    long moved = after.read() - before.read() + after.written() - before.written();
    figures.put("lagMillis", status.path("lagMillis").asLong());
    figures.put("signerHeapLimit", SIGNER_HEAP);
    figures.put("signerHeapUsedMaxBytes", most.get());
    figures.put("signerReadBytes", after.read() - before.read());
    figures.put("signerWrittenBytes", after.written() - before.written());
    figures.put("signerMovedPercent", Math.round(moved * 1e6 / size) / 1e4);
    Say.line("  signed " + status.path("lagMillis") + " ms after it was accepted");
    Say.line("  heap in use at most " + (most.get() >> 20) + " MiB of " + SIGNER_HEAP);
    Say.line(
        "  bytes moved by the signer " + moved + ", percent " + figures.get("signerMovedPercent"));
    return figures;
  }

  private void watch(AtomicBoolean watching, AtomicLong most) {
    while (watching.get()) {
      most.accumulateAndGet(metrics().heapUsed(), Math::max);
    }
  }

  /** What the signer tells of itself. */
  private record Metrics(long heapUsed, long read, long written) {}

  private Metrics metrics() {
    String text =
        new String(signer.send("GET", "/q/metrics", null, Map.of()).body(), StandardCharsets.UTF_8);
    return new Metrics(
        sum(text, "jvm_memory_used_bytes{area=\"heap\""),
        sum(text, "countermark_store_read_bytes_total"),
        sum(text, "countermark_store_written_bytes_total"));
  }

  private static long sum(String text, String begin) {
    double[] values =
        text.lines()
            .filter(line -> line.startsWith(begin))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
            .toArray();
    if (values.length == 0) {
      throw new IllegalStateException("the signer has no metric " + begin);
    }
    return (long) Arrays.stream(values).sum();
  }
}
