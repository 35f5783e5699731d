package dev.countermark.conformance;

import dev.countermark.conformance.Client.Home;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The released verifiers, each with the command line that our documents give. */
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
  SKOPEO;

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
    return this == SKOPEO ? skopeo(home, question) : cosign(home, question);
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

  /** Everything that all of them say about one reference must be yes. */
  static Map<Verifier, Command.Result> all(Home home, Question question) {
    Map<Verifier, Command.Result> results = new java.util.EnumMap<>(Verifier.class);
    for (Verifier verifier : values()) {
      String client = verifier == SKOPEO ? "skopeo" : verifier == COSIGN2 ? "cosign2" : "cosign3";
      if (Client.find(client).isPresent()) {
        results.put(verifier, verifier.verify(home, question));
      } else {
        SkippedClients.record(client);
      }
    }
    return results;
  }
}
