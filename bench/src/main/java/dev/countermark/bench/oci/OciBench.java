package dev.countermark.bench.oci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.bench.Lags;
import dev.countermark.bench.Parallel;
import dev.countermark.bench.Poll;
import dev.countermark.bench.Programs;
import dev.countermark.bench.Say;
import dev.countermark.bench.Target;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.oci.RegistryClient;
import dev.countermark.testkit.oci.SampleImage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The claims about the OCI path: images signed per second against a loop of {@code cosign sign},
 * push throughput against docker-registry, and the lag from accepted to signed when idle.
 */
final class OciBench {
  /** A server runs for weeks: its first seconds, in which its code is compiled, say nothing. */
  private static final int WARM_UP_IMAGES = 16_000;

  private static final int SIGNED_IMAGES = 2000;
  private static final int COSIGN_SAMPLE = 12;
  private static final int PUSHED_IMAGES = 100;
  private static final int PUSH_WARM_UP_IMAGES = 500;

  /** So many images of the largest kind are held at once. */
  private static final int PUSH_WARM_UP_ROUND = 50;

  private static final int PUSH_ROUNDS = 5;
  private static final String OURS = "countermark";
  private static final String PEER = "docker-registry";
  private static final int LAYERS = 5;
  private static final int LAYER_BYTES = 1 << 20;
  private static final int SINGLE_PUSHES = 100;
  private static final String REPOSITORY = "bench/oci-" + Long.toString(System.nanoTime(), 36);

  private final Target target;
  private final RegistryClient registry;
  private final ObjectNode figures = JsonNodeFactory.instance.objectNode();

  OciBench(Target target) {
    this.target = target;
    this.registry = new RegistryClient(target.caller());
  }

  ObjectNode run() throws IOException {
    figures.put("benchmark", "oci");
    figures.put("warmUpImages", WARM_UP_IMAGES);
    figures.put("cores", Runtime.getRuntime().availableProcessors());
    warmUp();
    idleLag();
    List<String> signed = pipeline();
    drain();
    cosignLoop(signed);
    pushThroughput();
    return figures;
  }

  private void warmUp() {
    Say.line("warming up with " + WARM_UP_IMAGES + " images");
    String name = REPOSITORY + "/warm-up";
    List<SampleImage> images = variants(name, WARM_UP_IMAGES, 1);
    push(name, images);
    awaitSigned(name, images.subList(images.size() - 100, images.size()));
  }

  /** Single pushes, each when the one before is signed. */
  private void idleLag() {
    Say.line("lag from accepted to signed, " + SINGLE_PUSHES + " single pushes");
    String name = REPOSITORY + "/lag";
    List<Long> lags = new ArrayList<>();
    for (SampleImage image : variants(name, SINGLE_PUSHES, 2)) {
      registry.putManifestAtOnce(name, image.digest(), image.manifest());
      lags.add(awaitSigned(name, image).path("lagMillis").asLong());
    }
    Lags.put(figures.putObject("idleLagMillis"), lags);
  }

  /** All at once; from the first accepted to the last signed, by the platform's own clock. */
  private List<String> pipeline() {
    Say.line("whole pipeline, " + SIGNED_IMAGES + " single-arch images");
    String name = REPOSITORY + "/pipeline";
    List<SampleImage> images = variants(name, SIGNED_IMAGES, 3);
    push(name, images);
    List<JsonNode> statuses = awaitSigned(name, images);
    Instant first =
        statuses.stream()
            .map(s -> time(s, "acceptedAt"))
            .min(Comparator.naturalOrder())
            .orElseThrow();
    double seconds = seconds(Duration.between(first, lastSigned(statuses)));
    ObjectNode pipeline = figures.putObject("pipeline");
    pipeline.put("images", images.size());
    pipeline.put("seconds", Say.rounded(seconds));
    pipeline.put("imagesPerSecond", Say.rounded(images.size() / seconds));
    Say.line("  " + pipeline.path("imagesPerSecond") + " images/s");
    return images.stream()
        .map(i -> target.url().getAuthority() + "/" + name + "@" + i.digest())
        .toList();
  }

  /** The signer alone: it is stopped while the images are pushed, then let go. */
  private void drain() {
    Optional<Long> signer = target.process(Target.SIGNER);
    if (signer.isEmpty()) {
      figures.putNull("drain");
      Say.line("drain rate: not measured, the signer is not ours to stop");
      return;
    }
    Say.line("drain rate of the signer, " + SIGNED_IMAGES + " images waiting");
    String name = REPOSITORY + "/drain";
    List<SampleImage> images = variants(name, SIGNED_IMAGES, 4);
    target.signal("STOP", signer.get());
    Instant released;
    try {
      push(name, images);
    } finally {
      released = Instant.now();
      target.signal("CONT", signer.get());
    }
    double seconds = seconds(Duration.between(released, lastSigned(awaitSigned(name, images))));
    ObjectNode drain = figures.putObject("drain");
    drain.put("images", images.size());
    drain.put("seconds", Say.rounded(seconds));
    drain.put("imagesPerSecond", Say.rounded(images.size() / seconds));
    Say.line("  " + drain.path("imagesPerSecond") + " images/s");
  }

  private void cosignLoop(List<String> references) throws IOException {
    double ours = figures.path("pipeline").path("imagesPerSecond").asDouble();
    Optional<Path> cosign = Programs.find("cosign2", "cosign", "cosign3");
    if (cosign.isEmpty()) {
      figures.putNull("cosign");
      figures.putNull("signedPerSecondRatioToCosign");
      Say.line("cosign is not on the PATH: no ratio");
      return;
    }
    CosignLoop loop = CosignLoop.prepare(cosign.get(), target);
    Say.line("loop of cosign sign --key, " + COSIGN_SAMPLE + " of the same images");
    loop.sign(references.get(0)); // the first one also warms up its caches
    long began = System.nanoTime();
    references.subList(1, COSIGN_SAMPLE + 1).forEach(loop::sign);
    double perSecond = COSIGN_SAMPLE / seconds(Duration.ofNanos(System.nanoTime() - began));
    ObjectNode figure = figures.putObject("cosign");
    figure.put("major", loop.version());
    figure.put("images", COSIGN_SAMPLE);
    figure.put("imagesPerSecond", Say.rounded(perSecond));
    figures.put("signedPerSecondRatioToCosign", Say.rounded(ours / perSecond));
    Say.line("  " + Say.rounded(perSecond) + " images/s, ratio " + Say.rounded(ours / perSecond));
  }

  /**
   * The same images to both, each in turn the first one, so that a change in the machine's mood and
   * what the other left to be written to the disk meets both.
   */
  private void pushThroughput() throws IOException {
    Optional<Path> program = Programs.find("docker-registry");
    Say.line(
        "push of %d images x %d layers x 1 MiB, %d connections, %d rounds"
            .formatted(PUSHED_IMAGES, LAYERS, Parallel.CLIENTS, PUSH_ROUNDS));
    Map<String, RegistryClient> registries = new LinkedHashMap<>();
    Map<String, List<Double>> seconds = new LinkedHashMap<>();
    try (DockerRegistry peer =
        program.isPresent() ? DockerRegistry.start(program.get(), target.scratch()) : null) {
      registries.put(OURS, registry);
      if (peer != null) {
        registries.put(PEER, RegistryClient.anonymous(peer.url()));
      }
      registries.forEach(this::warmUpPushes);
      List<String> order = new ArrayList<>(registries.keySet());
      for (int round = 0; round < PUSH_ROUNDS; round++) {
        for (String who : order) {
          double took =
              pushLayers(registries.get(who), who, 30_000 + round * PUSHED_IMAGES, PUSHED_IMAGES);
          seconds.computeIfAbsent(who, w -> new ArrayList<>()).add(took);
        }
        Collections.reverse(order);
      }
    }
    ObjectNode push = figures.putObject("push");
    push.put("images", PUSHED_IMAGES);
    push.put("mebibytes", PUSHED_IMAGES * LAYERS);
    seconds.forEach(
        (who, took) ->
            push.put(
                who + "MebibytesPerSecond", Say.rounded(PUSHED_IMAGES * LAYERS / median(took))));
    if (seconds.containsKey(PEER)) {
      List<Double> ratios =
          IntStream.range(0, PUSH_ROUNDS)
              .mapToObj(i -> seconds.get(PEER).get(i) / seconds.get(OURS).get(i))
              .toList();
      ratios.forEach(push.putArray("ratios")::add);
      figures.put("pushThroughputRatioToDockerRegistry", Say.rounded(median(ratios)));
      Say.line("  " + push + ", median ratio " + Say.rounded(median(ratios)));
    } else {
      figures.putNull("pushThroughputRatioToDockerRegistry");
      Say.line("  " + push + "; docker-registry is not on the PATH: no ratio");
    }
  }

  private void warmUpPushes(String who, RegistryClient registry) {
    for (int done = 0; done < PUSH_WARM_UP_IMAGES; done += PUSH_WARM_UP_ROUND) {
      pushLayers(registry, who, 20_000 + done, PUSH_WARM_UP_ROUND);
    }
  }

  /**
   * Images that nobody has.
   *
   * @return seconds until all are accepted; where they are signed, too, that is awaited after
   */
  private double pushLayers(RegistryClient registry, String who, int seed, int count) {
    String name = REPOSITORY + "/push";
    List<SampleImage> images =
        IntStream.range(seed, seed + count)
            .mapToObj(i -> SampleImage.oci(i, LAYERS, LAYER_BYTES))
            .toList();
    long began = System.nanoTime();
    inParallel(images, image -> registry.push(name, image.digest(), image));
    double took = seconds(Duration.ofNanos(System.nanoTime() - began));
    if (who.equals(OURS)) {
      awaitSigned(name, images);
    }
    return took;
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  /** Images over the same blobs, which are pushed here; the manifests are not. */
  private List<SampleImage> variants(String name, int count, long seed) {
    SampleImage base = SampleImage.oci(seed);
    base.blobs().values().forEach(blob -> registry.pushBlob(name, blob.toArray()));
    return IntStream.range(0, count)
        .mapToObj(i -> base.annotated("dev.countermark.bench", Integer.toString(i)))
        .toList();
  }

  private void push(String name, List<SampleImage> images) {
    // Whoever measures asks when it is signed.
    inParallel(images, image -> registry.putManifestAtOnce(name, image.digest(), image.manifest()));
  }

  private static void inParallel(List<SampleImage> images, Consumer<SampleImage> work) {
    Parallel.forEach(images.size(), i -> work.accept(images.get(i)));
  }

  private List<JsonNode> awaitSigned(String name, List<SampleImage> images) {
    // From the last to the first: few questions while the platform is still busy.
    List<JsonNode> statuses = new ArrayList<>();
    for (int i = images.size() - 1; i >= 0; i--) {
      statuses.add(awaitSigned(name, images.get(i)));
    }
    return statuses;
  }

  private JsonNode awaitSigned(String name, SampleImage image) {
    JsonNode[] status = new JsonNode[1];
    Poll.until(
        image.digest() + " is signed",
        () -> {
          status[0] = status(name, image.digest());
          return status[0].path("status").asText().equals("signed");
        });
    return status[0];
  }

  /** Of a digest of {@code owner/repository/image}. */
  private JsonNode status(String name, String digest) {
    int slash = name.lastIndexOf('/');
    String path =
        "/" + name.substring(0, slash) + "/status/oci/" + name.substring(slash + 1) + "@" + digest;
    return Json.read(target.send("GET", path, null, Map.of(), 200), JsonNode.class);
  }

  private static Instant lastSigned(List<JsonNode> statuses) {
    return statuses.stream()
        .map(s -> time(s, "signedAt"))
        .max(Comparator.naturalOrder())
        .orElseThrow();
  }

  private static Instant time(JsonNode status, String member) {
    return Instant.parse(status.path(member).asText());
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
