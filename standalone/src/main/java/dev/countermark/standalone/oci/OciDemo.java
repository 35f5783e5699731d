package dev.countermark.standalone.oci;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.format.oci.Digest;
import dev.countermark.standalone.RunningPlatform;
import dev.countermark.standalone.UserError;
import dev.countermark.standalone.demo.Checks;
import dev.countermark.standalone.demo.Clients;
import dev.countermark.standalone.oci.Samples.Pushed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Pushes an image and an index of two, waits until all are signed, and verifies them. */
final class OciDemo {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Registry registry;
  private final String repository;
  private final Checks checks;

  OciDemo(RunningPlatform platform, String repository, Checks checks) {
    this.registry = new Registry(platform.addresses().url(), platform.adminToken());
    this.repository = repository;
    this.checks = checks;
  }

  void show() throws IOException, InterruptedException {
    Pushed image = Samples.image(registry, repository + "/web", "1.0");
    Pushed index = Samples.index(registry, repository + "/multi", "1.0");
    checks.say("pushed an image and an index of two; waiting for the signatures");
    for (Pushed pushed : List.of(image, index)) {
      for (Digest digest : pushed.signed()) {
        awaitSigned(pushed, digest);
      }
    }
    byte[] key = registry.publicKey(repository);
    OwnVerifier own = new OwnVerifier(registry, key);
    for (Pushed pushed : List.of(image, index)) {
      int n = 0;
      for (Digest digest : pushed.signed()) {
        String what =
            pushed.signed().size() == 1 ? "image" : n == 0 ? "index" : "child " + n + " of index";
        n++;
        checks.check(what + ", .sig tag", "own verifier", own.legacy(pushed.name(), digest));
        checks.check(what + ", bundle", "own verifier", own.bundle(pushed.name(), digest));
        checks.check(
            what + ", altered bundle is refused",
            "own verifier",
            own.refusesAltered(pushed.name(), digest));
      }
    }
    checks.check(
        "replayed signature is refused",
        "own verifier",
        own.refusesReplayed(index.name(), index.signed().get(0), index.signed().get(1)));
    clients(image, index, key);
  }

  private void awaitSigned(Pushed pushed, Digest digest) {
    String path = pushed.name().substring(repository.length() + 1);
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      JsonNode status = registry.status(repository, path, digest);
      String stage = status.path("status").asText();
      if (stage.equals("signed")) {
        checks.signed(
            path + "@" + digest.toString().substring(0, 19),
            status.path("lagMillis").asLong(),
            "the push");
        return;
      }
      if (stage.equals("refused") || System.nanoTime() > end) {
        throw new UserError(pushed.name() + "@" + digest + " is " + stage + ", not signed");
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  /** Whatever released verifiers are installed must agree. */
  private void clients(Pushed image, Pushed index, byte[] key)
      throws IOException, InterruptedException {
    Path work = checks.folder();
    Path good = work.resolve("cosign.pub");
    Files.write(good, pem(key));
    Path wrong = work.resolve("wrong.pub");
    Files.write(wrong, pem(otherKey()));
    boolean cosign = false;
    for (String program : List.of("cosign2", "cosign3", "cosign")) {
      Optional<Path> found = checks.client(program);
      if (found.isEmpty() || program.equals("cosign") && cosign) {
        continue;
      }
      cosign = true;
      for (Pushed pushed : List.of(image, index)) {
        String reference = registry.host() + "/" + pushed.name() + ":" + pushed.reference();
        checks.check(
            reference + " is verified", program, run(work, cosign(program, good, reference)));
        checks.check(
            reference + " is refused with another key",
            program,
            !run(work, cosign(program, wrong, reference)));
      }
    }
    if (!cosign) {
      checks.say("no cosign on the PATH: its checks are left out");
    }
    if (checks.client("skopeo").isPresent()) {
      skopeo(image, work, wrong);
    } else {
      checks.say("no skopeo on the PATH: its checks are left out");
    }
  }

  private static List<String> cosign(String program, Path key, String reference) {
    return List.of(
        program, "verify", "--key", key.toString(), "--insecure-ignore-tlog=true", reference);
  }

  private void skopeo(Pushed image, Path work, Path wrong)
      throws IOException, InterruptedException {
    Path policy = work.resolve("policy.json");
    Files.write(policy, registry.get("/" + repository + "/keys/oci/policy.json").orElseThrow());
    Path registries = Files.createDirectories(work.resolve("registries.d"));
    Files.write(
        registries.resolve("countermark.yaml"),
        registry.get("/" + repository + "/keys/oci/registries.yaml").orElseThrow());
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
    checks.check(
        reference + " is verified",
        "skopeo",
        run(work, skopeo(policy, registries, reference, work.resolve("good"))));
    checks.check(
        reference + " is refused with another key",
        "skopeo",
        !run(work, skopeo(wrongPolicy, registries, reference, work.resolve("bad"))));
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

  private static boolean run(Path work, List<String> command)
      throws IOException, InterruptedException {
    return Clients.run(work, Map.of("DOCKER_CONFIG", work.resolve("docker").toString()), command)
        .succeeded();
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
}
