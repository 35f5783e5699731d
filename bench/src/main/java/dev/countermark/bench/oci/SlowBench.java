package dev.countermark.bench.oci;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.bench.Lags;
import dev.countermark.bench.Poll;
import dev.countermark.bench.Say;
import dev.countermark.bench.Target;
import dev.countermark.testkit.http.HttpCaller;
import dev.countermark.testkit.http.SlowPeers;
import dev.countermark.testkit.oci.Digests;
import dev.countermark.testkit.oci.RegistryClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The claim that nobody feels slow clients: how long a ping and a small push take, without others
 * and beside thousands of clients that read and write two kilobytes a second each.
 */
final class SlowBench {
  private static final String NAME = "bench/slow-" + Long.toString(System.nanoTime(), 36);
  private static final int LARGE = 8 << 20;
  private static final int WARM_UP = 500;
  private static final int PINGS = 500;
  private static final int PUSHES = 200;

  /** Bytes, twice a second. */
  private static final int STEP = 1_000;

  private static final Pattern HEAP =
      Pattern.compile("jvm_memory_used_bytes\\{area=\"heap\"[^}]*} (\\S+)");
  private static final Pattern SENT =
      Pattern.compile("countermark_transfers_moved_bytes_total\\{direction=\"out\"[^}]*} (\\S+)");

  /** More than this beyond what the readers take, a second, goes into buffers of the system. */
  private static final long SETTLED = 4 << 20;

  private final Target target;
  private final RegistryClient registry;
  private final int peers;
  private final Random random = new Random(1);
  private final ObjectNode figures = JsonNodeFactory.instance.objectNode();

  SlowBench(Target target, int peers) {
    this.target = target;
    this.registry = new RegistryClient(target.caller());
    this.peers = peers;
  }

  ObjectNode run() throws IOException {
    figures.put("benchmark", "slow");
    figures.put("cores", Runtime.getRuntime().availableProcessors());
    figures.put("peers", 2 * peers);
    byte[] layer = bytes(LARGE);
    registry.pushBlob(NAME, layer);
    String digest = Digests.sha256(layer);
    Say.line("warming up");
    pings(WARM_UP);
    pushes(WARM_UP);
    Say.line("without others");
    ObjectNode alone = measure("alone");

    Say.line("beside " + peers + " slow readers and " + peers + " slow writers");
    byte[] slow = bytes(1 << 20);
    try (SlowPeers readers =
            SlowPeers.readers(
                target.url(), peers, STEP, head("GET", "/v2/" + NAME + "/blobs/" + digest, ""));
        SlowPeers writers =
            SlowPeers.writers(
                target.url(),
                peers,
                STEP,
                head(
                    "POST",
                    "/v2/" + NAME + "/blobs/uploads/?digest=" + Digests.sha256(slow),
                    "Content-Length: " + slow.length + "\r\n"),
                slow)) {
      Poll.until("the slow readers to be answered", () -> readers.answered() == peers);
      measure("arriving");
      target.management(Target.GATEWAY).ifPresent(this::settle);
      ObjectNode beside = measure("beside");
      figures.put("readersServed", readers.answeredWith("HTTP/1.1 200"));
      figures.put("peersCutOff", readers.over() + writers.over());
      target
          .management(Target.GATEWAY)
          .ifPresent(gateway -> figures.put("gatewayHeapMebibytes", heapMebibytes(gateway)));
      ratio(alone, beside, "ping");
      ratio(alone, beside, "push");
    }
    return figures;
  }

  private void ratio(ObjectNode alone, ObjectNode beside, String what) {
    double ratio =
        beside.path(what).path("p99").asDouble()
            / Math.max(1, alone.path(what).path("p99").asInt());
    figures.put(what + "P99RatioToAlone", Say.rounded(ratio));
  }

  private ObjectNode measure(String when) {
    ObjectNode figure = figures.putObject(when);
    Lags.put(figure.putObject("ping"), pings(PINGS), "us");
    Lags.put(figure.putObject("push"), pushes(PUSHES), "us");
    return figure;
  }

  private List<Long> pings(int number) {
    List<Long> lags = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      long begun = System.nanoTime();
      target.send("GET", "/v2/", null, Map.of(), 200);
      lags.add((System.nanoTime() - begun) / 1_000);
    }
    return lags;
  }

  private List<Long> pushes(int number) {
    List<Long> lags = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      byte[] small = bytes(1_000);
      long begun = System.nanoTime();
      registry.pushBlob(NAME, small);
      lags.add((System.nanoTime() - begun) / 1_000);
    }
    return lags;
  }

  private byte[] bytes(int length) {
    byte[] content = new byte[length];
    random.nextBytes(content);
    return content;
  }

  private String head(String method, String path, String more) {
    return method
        + " "
        + path
        + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
        + target.token()
        + "\r\n"
        + more
        + "\r\n";
  }

  private static long heapMebibytes(HttpCaller gateway) {
    return (long) sum(HEAP, gateway) >> 20;
  }

  private static double sum(Pattern metric, HttpCaller gateway) {
    String metrics =
        new String(
            gateway.send("GET", "/q/metrics", null, Map.of()).body(), StandardCharsets.UTF_8);
    Matcher found = metric.matcher(metrics);
    double sum = 0;
    if (!found.find()) {
      throw new IllegalStateException("the gateway has no metric " + metric);
    }
    found.reset();
    while (found.find()) {
      sum += Double.parseDouble(found.group(1));
    }
    return sum;
  }

  /** Until the system's buffers are full, slow readers are served as fast as others. */
  private void settle(HttpCaller gateway) {
    AtomicReference<Double> before = new AtomicReference<>(sum(SENT, gateway));
    Poll.until(
        "the slow readers to be as slow as they are",
        Duration.ofSeconds(1),
        () -> {
          double now = sum(SENT, gateway);
          return now - before.getAndSet(now) < 2.0 * STEP * peers + SETTLED;
        });
  }
}
