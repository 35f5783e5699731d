package dev.countermark.standalone.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.format.oci.Digest;
import dev.countermark.standalone.RunningPlatform;
import dev.countermark.standalone.UserError;
import dev.countermark.standalone.demo.Samples.Pushed;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows the platform: pushes, waits for the signatures, verifies them, and prints a table. */
@Command(
    name = "demo",
    description =
        "Pushes samples, waits until they are signed, verifies them; non-zero on failure.")
public final class Demo implements Callable<Integer> {
  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private static final String REPOSITORY = "demo/hello";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Use the platform that runs there (default: start one on temporary data).")
  private Path data;

  private record Row(String what, String by, boolean passed, String note) {}

  private final List<Row> rows = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    try (RunningPlatform platform =
        data == null
            ? RunningPlatform.startTemporary(line -> OUT.println("countermark: " + line))
            : RunningPlatform.at(data)) {
      Registry registry = new Registry(platform.url(), platform.adminToken());
      show(registry);
      new NugetDemo(platform, REPOSITORY, this::row).show();
      new SwiftDemo(platform, REPOSITORY, this::row).show();
    }
    boolean passed = rows.stream().allMatch(Row::passed);
    print();
    OUT.println(
        passed
            ? "all " + rows.size() + " checks passed"
            : "FAILED: " + rows.stream().filter(r -> !r.passed()).count() + " checks");
    return passed ? 0 : 1;
  }

  private void show(Registry registry) throws Exception {
    registry.createRepository(REPOSITORY);
    Pushed image = Samples.image(registry, REPOSITORY + "/web", "1.0");
    Pushed index = Samples.index(registry, REPOSITORY + "/multi", "1.0");
    OUT.println("countermark: pushed an image and an index of two; waiting for the signatures");
    for (Pushed pushed : List.of(image, index)) {
      for (Digest digest : pushed.signed()) {
        awaitSigned(registry, pushed, digest);
      }
    }
    byte[] key = registry.publicKey(REPOSITORY);
    OwnVerifier own = new OwnVerifier(registry, key);
    for (Pushed pushed : List.of(image, index)) {
      int n = 0;
      for (Digest digest : pushed.signed()) {
        String what =
            pushed.signed().size() == 1 ? "image" : n == 0 ? "index" : "child " + n + " of index";
        n++;
        check(what + ", .sig tag", "own verifier", own.legacy(pushed.name(), digest));
        check(what + ", bundle", "own verifier", own.bundle(pushed.name(), digest));
        check(
            what + ", altered bundle is refused",
            "own verifier",
            own.refusesAltered(pushed.name(), digest));
      }
    }
    check(
        "replayed signature is refused",
        "own verifier",
        own.refusesReplayed(index.name(), index.signed().get(0), index.signed().get(1)));
    clients(registry, image, index, key);
  }

  private void awaitSigned(Registry registry, Pushed pushed, Digest digest) {
    String path = pushed.name().substring(REPOSITORY.length() + 1);
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      JsonNode status = registry.status(REPOSITORY, path, digest);
      String stage = status.path("status").asText();
      if (stage.equals("signed")) {
        rows.add(
            new Row(
                path + "@" + digest.toString().substring(0, 19) + " signed",
                "gateway",
                true,
                status.path("lagMillis").asLong() + " ms after the push"));
        return;
      }
      if (stage.equals("refused") || System.nanoTime() > end) {
        throw new UserError(pushed.name() + "@" + digest + " is " + stage + ", not signed");
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  private void check(String what, String by, boolean passed) {
    row(what, by, passed, "");
  }

  private void row(String what, String by, boolean passed, String note) {
    rows.add(new Row(what, by, passed, note));
  }

  /** Whatever released verifiers are installed must agree. */
  private void clients(Registry registry, Pushed image, Pushed index, byte[] key)
      throws IOException, InterruptedException {
    Path work = Files.createTempDirectory("countermark-demo-");
    Path good = work.resolve("cosign.pub");
    Files.write(good, pem(key));
    Path wrong = work.resolve("wrong.pub");
    Files.write(wrong, pem(otherKey()));
    boolean cosign = false;
    for (String program : List.of("cosign2", "cosign3", "cosign")) {
      Optional<Path> found = onPath(program);
      if (found.isEmpty() || program.equals("cosign") && cosign) {
        continue;
      }
      cosign = true;
      for (Pushed pushed : List.of(image, index)) {
        String reference = registry.host() + "/" + pushed.name() + ":" + pushed.reference();
        check(
            reference + " is verified", program, run(work, cosign(program, good, reference)) == 0);
        check(
            reference + " is refused with another key",
            program,
            run(work, cosign(program, wrong, reference)) != 0);
      }
    }
    if (!cosign) {
      OUT.println("countermark: no cosign on the PATH: its checks are left out");
    }
    if (onPath("skopeo").isPresent()) {
      skopeo(registry, image, work, wrong);
    } else {
      OUT.println("countermark: no skopeo on the PATH: its checks are left out");
    }
  }

  private static List<String> cosign(String program, Path key, String reference) {
    return List.of(
        program, "verify", "--key", key.toString(), "--insecure-ignore-tlog=true", reference);
  }

  private void skopeo(Registry registry, Pushed image, Path work, Path wrong)
      throws IOException, InterruptedException {
    Path policy = work.resolve("policy.json");
    Files.write(policy, registry.get("/" + REPOSITORY + "/keys/policy.json").orElseThrow());
    Path registries = Files.createDirectories(work.resolve("registries.d"));
    Files.write(
        registries.resolve("countermark.yaml"),
        registry.get("/" + REPOSITORY + "/keys/registries.yaml").orElseThrow());
    Path wrongPolicy = work.resolve("wrong-policy.json");
    Files.writeString(
        wrongPolicy,
        Files.readString(policy)
            .replaceAll(
                "\"keyData\":\"[^\"]*\"",
                "\"keyData\":\""
                    + Base64.getEncoder().encodeToString(Files.readAllBytes(wrong))
                    + "\""));
    String reference = registry.host() + "/" + image.name() + ":" + image.reference();
    check(
        reference + " is verified",
        "skopeo",
        run(work, skopeo(policy, registries, reference, work.resolve("good"))) == 0);
    check(
        reference + " is refused with another key",
        "skopeo",
        run(work, skopeo(wrongPolicy, registries, reference, work.resolve("bad"))) != 0);
  }

  private static List<String> skopeo(Path policy, Path registries, String reference, Path to) {
    return List.of(
        "skopeo",
        "--policy",
        policy.toString(),
        "--registries.d",
        registries.toString(),
        "copy",
        "--src-tls-verify=false",
        "docker://" + reference,
        "dir:" + to);
  }

  static Optional<Path> onPath(String program) {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
      Path file = Path.of(folder, program);
      if (Files.isExecutable(file)) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  private static int run(Path work, List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(work.resolve("clients.log").toFile()));
    builder.environment().put("DOCKER_CONFIG", work.resolve("docker").toString());
    Process process = builder.start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return -1;
    }
    return process.exitValue();
  }

  private static byte[] pem(byte[] spki) {
    return ("-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(spki)
            + "\n-----END PUBLIC KEY-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] otherKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair().getPublic().getEncoded();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has EC keys", e);
    }
  }

  private void print() {
    int what = rows.stream().mapToInt(r -> r.what().length()).max().orElse(0);
    int by = rows.stream().mapToInt(r -> r.by().length()).max().orElse(0);
    String line = "%-4s  %-" + what + "s  %-" + by + "s  %s%n";
    OUT.println();
    for (Row row : rows) {
      OUT.printf(line, row.passed() ? "ok" : "FAIL", row.what(), row.by(), row.note());
    }
    OUT.println();
  }
}
