package dev.countermark.conformance.oci;

import dev.countermark.conformance.Client;
import dev.countermark.conformance.Client.Home;
import dev.countermark.conformance.Command;
import dev.countermark.contracts.Bytes;
import dev.countermark.format.oci.CosignVerifier;
import dev.countermark.format.oci.CosignVerifier.Verdict;
import dev.countermark.format.oci.Digest;
import dev.countermark.testkit.oci.Digests;
import dev.countermark.testkit.oci.Manifest;
import dev.countermark.testkit.oci.RegistryClient;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The released verifiers, each with the command line that our documents give, and our own, which
 * needs no client.
 */
enum Verifier {
  /** cosign 2 reads the {@code .sig} tag. */
  COSIGN2,
  /** cosign 3, told to read the {@code .sig} tag. */
  COSIGN3_LEGACY,
  /** cosign 3 by default: bundles, and the {@code .sig} tag only where there is no bundle. */
  COSIGN3,
  /**
   * skopeo (as podman and CRI-O) with a {@code sigstoreSigned} policy; reads the {@code .sig} tag.
   */
  SKOPEO,
  /** Our own verifier over the {@code .sig} tag, as lenient as cosign. */
  OURS_LEGACY,
  /** Our own verifier over the {@code .sig} tag, as strict as skopeo. */
  OURS_STRICT,
  /** Our own verifier over the bundles. */
  OURS_BUNDLE;

  static final String MATCH_REPOSITORY = "{\"type\":\"matchRepository\"}";

  /**
   * @param host {@code host:port} that is asked
   * @param name OCI name
   * @param reference {@code :tag} or {@code @digest}
   * @param key PEM
   * @param annotation {@code key=value} that the signature must carry; cosign only
   * @param identity skopeo's {@code signedIdentity} object
   */
  record Question(
      String host,
      String name,
      String reference,
      String key,
      Optional<String> annotation,
      String identity) {}

  Command.Result verify(Home home, Question question) {
    return switch (this) {
      case COSIGN2, COSIGN3, COSIGN3_LEGACY -> cosign(home, question);
      case SKOPEO -> skopeo(home, question);
      case OURS_LEGACY, OURS_STRICT, OURS_BUNDLE -> ours(question);
    };
  }

  /** The program that it needs; empty for our own. */
  Optional<String> client() {
    return switch (this) {
      case COSIGN2 -> Optional.of("cosign2");
      case COSIGN3, COSIGN3_LEGACY -> Optional.of("cosign3");
      case SKOPEO -> Optional.of("skopeo");
      case OURS_LEGACY, OURS_STRICT, OURS_BUNDLE -> Optional.empty();
    };
  }

  private Command.Result ours(Question question) {
    RegistryClient registry =
        Anonymous.registry(URI.create("http://" + question.host()), question.name());
    String reference = question.reference().substring(1);
    Digest subject =
        registry
            .manifest(question.name(), reference)
            .flatMap(manifest -> Digest.parse(manifest.digest()))
            .orElseThrow();
    CosignVerifier verifier = new CosignVerifier(List.of(PlainVerifier.spki(question.key())));
    List<Verdict> verdicts =
        this == OURS_BUNDLE
            ? Signatures.bundles(registry, question.name(), subject.toString()).stream()
                .map(b -> verifier.bundle(b.getBytes(StandardCharsets.UTF_8), subject))
                .toList()
            : registry
                .manifest(question.name(), Digests.signatureTag(subject.toString()))
                .map(sig -> legacy(verifier, registry, question, sig, subject))
                .stream()
                .toList();
    return new Command.Result(
        List.of(name(), question.name() + question.reference()),
        verdicts.stream().anyMatch(Verdict::accepted) ? 0 : 1,
        verdicts.toString());
  }

  private Verdict legacy(
      CosignVerifier verifier,
      RegistryClient registry,
      Question question,
      Manifest signatures,
      Digest subject) {
    byte[] manifest = signatures.content().toArray();
    Function<Digest, Optional<byte[]>> blobs =
        digest -> registry.blob(question.name(), digest.toString()).map(Bytes::toArray);
    return this == OURS_LEGACY
        ? verifier.legacy(manifest, blobs, subject)
        : verifier.legacyWithIdentity(
            manifest, blobs, subject, reference -> question.identity().contains(reference + '"'));
  }

  private Command.Result cosign(Home home, Question question) {
    Client cosign = this == COSIGN2 ? Client.cosign2() : Client.cosign3();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "verify",
                "--key",
                home.file("verify.pub", question.key()),
                "--insecure-ignore-tlog=true"));
    if (this == COSIGN3_LEGACY) {
      arguments.add("--new-bundle-format=false");
    }
    question.annotation().ifPresent(a -> arguments.addAll(List.of("-a", a)));
    arguments.add(question.host() + "/" + question.name() + question.reference());
    return cosign.run(home, arguments.toArray(String[]::new));
  }

  private static Command.Result skopeo(Home home, Question question) {
    String key = home.file("verify.pub", question.key());
    String policy =
        home.file(
            "policy.json",
            "{\"default\":[{\"type\":\"reject\"}],\"transports\":{\"docker\":{\""
                + question.host()
                + "\":[{\"type\":\"sigstoreSigned\",\"keyPath\":\""
                + key
                + "\",\"signedIdentity\":"
                + question.identity()
                + "}]}}}");
    String registries =
        home.file(
            "registries.yaml",
            "docker:\n  " + question.host() + ":\n    use-sigstore-attachments: true\n");
    return skopeoCopy(home, policy, registries, question);
  }

  /** Copies the image for linux/amd64 under the given policy, the cheapest check there is. */
  static Command.Result skopeoCopy(Home home, String policy, String registries, Question question) {
    return Client.require("skopeo")
        .run(
            home,
            "--override-os",
            "linux",
            "--override-arch",
            "amd64",
            "--policy",
            policy,
            "--registries.d",
            registries.substring(0, registries.lastIndexOf('/')),
            "copy",
            "--src-tls-verify=false",
            // Signatures cannot be stored in a directory of this form, and need not be.
            "--remove-signatures",
            "docker://" + question.host() + "/" + question.name() + question.reference(),
            "dir:" + home.directory().resolve("copied-" + System.nanoTime()));
  }

  static Question question(String host, String name, String reference, String key) {
    return new Question(host, name, reference, key, Optional.empty(), MATCH_REPOSITORY);
  }

  /** What each of the released ones found on this machine says about one reference. */
  static Map<Verifier, Command.Result> all(Home home, Question question) {
    Map<Verifier, Command.Result> results = new EnumMap<>(Verifier.class);
    for (Verifier verifier : values()) {
      if (verifier.client().isEmpty()) {
        continue; // PlainVerifier has already said so
      }
      if (Client.findOrRecord(verifier.client().get()).isPresent()) {
        results.put(verifier, verifier.verify(home, question));
      }
    }
    return results;
  }
}
