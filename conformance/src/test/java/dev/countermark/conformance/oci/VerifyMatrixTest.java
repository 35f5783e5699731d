package dev.countermark.conformance.oci;

import static dev.countermark.conformance.oci.Verifier.COSIGN2;
import static dev.countermark.conformance.oci.Verifier.COSIGN3;
import static dev.countermark.conformance.oci.Verifier.COSIGN3_LEGACY;
import static dev.countermark.conformance.oci.Verifier.OURS_BUNDLE;
import static dev.countermark.conformance.oci.Verifier.OURS_LEGACY;
import static dev.countermark.conformance.oci.Verifier.OURS_STRICT;
import static dev.countermark.conformance.oci.Verifier.SKOPEO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.conformance.Command;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.TamperingProxy;
import dev.countermark.conformance.TamperingProxy.Answer;
import dev.countermark.conformance.oci.Signatures.Key;
import dev.countermark.conformance.oci.Signatures.Layer;
import dev.countermark.conformance.oci.Verifier.Question;
import dev.countermark.testkit.oci.Manifest;
import dev.countermark.testkit.oci.SampleImage;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every verdict of every released verifier about our signatures, valid and changed. The changes
 * happen between client and platform ({@link TamperingProxy}), so it is our own signatures that
 * must not survive them; rows that need a validly signed but wrong claim use a stranger's key.
 */
@ExtendWith(PlatformExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
class VerifyMatrixTest {
  private static final String NO_SIGNATURE = "A signature was required, but no signature exists";
  private static final String BAD_ECDSA =
      "invalid signature when validating ASN.1 encoded signature";
  private static final String BELOW_THRESHOLD =
      "accepted signatures do not match threshold, Found: 0, Expected 1";

  private Platform platform;
  private OciRepository repository;
  private OciRepository stranger;
  private String name;
  private SampleImage image;
  private SampleImage other;
  private SampleImage index;
  private final Key key = Key.generate();

  @BeforeAll
  void pushWhatIsVerified(Platform platform) {
    this.platform = platform;
    repository = OciRepository.open(platform, OciOptions.anonymousPull());
    stranger = OciRepository.open(platform, OciOptions.anonymousPull());
    name = repository.name("app");
    image = SampleImage.oci(1);
    other = SampleImage.oci(2);
    index = SampleImage.ociIndex(3);
    repository.registry().push(name, "one", image);
    repository.registry().push(name, "two", other);
    repository.registry().push(name, "multi", index);
    List.of(image, other, index, index.children().get(0), index.children().get(1))
        .forEach(i -> repository.awaitSigned("app", i.digest()));
  }

  /**
   * @param answers what the attacker answers instead
   * @param reference what is asked for
   * @param key trusted key, PEM
   */
  private record Attempt(
      Map<String, Answer> answers, String reference, String key, Optional<String> annotation) {}

  /**
   * @param exit the exit code
   * @param says what the output must contain; empty for anything
   */
  private record Verdict(int exit, String says) {}

  private static final Verdict YES = new Verdict(0, "");
  private static final Verdict NO = new Verdict(1, "");

  private record Row(String title, Function<VerifyMatrixTest, Attempt> attempt) {
    @Override
    public String toString() {
      return title;
    }
  }

  private static Stream<Arguments> rows() {
    List<Arguments> rows = new ArrayList<>();
    add(
        rows,
        "valid, by tag",
        t -> t.ask(Map.of(), ":one"),
        Map.of(
            OURS_LEGACY,
            YES,
            OURS_STRICT,
            YES,
            OURS_BUNDLE,
            YES,
            COSIGN2,
            new Verdict(0, "\"type\":\"cosign container image signature\""),
            COSIGN3_LEGACY,
            new Verdict(0, "\"type\":\"cosign container image signature\""),
            COSIGN3,
            new Verdict(0, "\"type\":\"https://sigstore.dev/cosign/sign/v1\""),
            SKOPEO,
            YES));
    add(rows, "valid, by digest", t -> t.ask(Map.of(), "@" + t.image.digest()), all(YES));
    add(
        rows,
        "no signature",
        t -> t.ask(Signatures.noAnswers(t.name, t.image.manifest()), ":one"),
        Map.of(
            OURS_LEGACY,
            NO,
            OURS_STRICT,
            NO,
            OURS_BUNDLE,
            NO,
            COSIGN2,
            new Verdict(10, "no signatures found"),
            COSIGN3_LEGACY,
            new Verdict(10, "no signatures found"),
            COSIGN3,
            new Verdict(10, "no signatures found"),
            SKOPEO,
            new Verdict(1, NO_SIGNATURE)));
    add(
        rows,
        "tag missing",
        t -> t.ask(Map.of(), ":absent"),
        Map.of(
            COSIGN2, new Verdict(11, "MANIFEST_UNKNOWN"),
            COSIGN3_LEGACY, new Verdict(11, "MANIFEST_UNKNOWN"),
            COSIGN3, new Verdict(11, "MANIFEST_UNKNOWN"),
            SKOPEO, new Verdict(2, "manifest unknown")));
    add(
        rows,
        "wrong key",
        t -> new Attempt(Map.of(), ":one", t.stranger.publicKey(), Optional.empty()),
        Map.of(
            OURS_LEGACY,
            NO,
            OURS_STRICT,
            NO,
            OURS_BUNDLE,
            NO,
            COSIGN2,
            new Verdict(12, BAD_ECDSA),
            COSIGN3_LEGACY,
            new Verdict(12, BAD_ECDSA),
            COSIGN3,
            new Verdict(1, BELOW_THRESHOLD),
            SKOPEO,
            new Verdict(1, BAD_ECDSA)));
    add(
        rows,
        "payload changed",
        t -> t.ask(t.both(t.spoiled(), t.spoiledBundle()), ":one"),
        Map.of(
            OURS_LEGACY,
            NO,
            OURS_STRICT,
            NO,
            OURS_BUNDLE,
            NO,
            COSIGN2,
            new Verdict(12, BAD_ECDSA),
            COSIGN3_LEGACY,
            new Verdict(12, BAD_ECDSA),
            COSIGN3,
            new Verdict(1, BELOW_THRESHOLD),
            SKOPEO,
            new Verdict(1, BAD_ECDSA)));
    add(
        rows,
        "signature of another digest replayed",
        t -> t.ask(t.both(t.ours(t.other), t.ourBundles(t.other)), ":one"),
        Map.of(
            OURS_LEGACY,
            NO,
            OURS_STRICT,
            NO,
            OURS_BUNDLE,
            NO,
            COSIGN2,
            new Verdict(12, "invalid or missing digest in claim"),
            COSIGN3_LEGACY,
            new Verdict(12, "invalid or missing digest in claim"),
            COSIGN3,
            new Verdict(1, "does not match any digest in statement"),
            SKOPEO,
            new Verdict(1, "does not match")));
    add(
        rows,
        "annotation that nobody signed",
        t -> new Attempt(Map.of(), ":one", t.repository.publicKey(), Optional.of("reviewed=yes")),
        Map.of(
            COSIGN2, new Verdict(12, "missing or incorrect annotation"),
            COSIGN3_LEGACY, new Verdict(12, "missing or incorrect annotation"),
            COSIGN3, new Verdict(1, "missing or incorrect annotation")));
    add(
        rows,
        "one bad and one good",
        t ->
            t.ask(
                t.both(
                    concat(t.spoiled(), t.ours(t.image)),
                    concat(t.spoiledBundle(), t.ourBundles(t.image))),
                ":one"),
        all(YES));
    add(
        rows,
        "foreign bundle beside ours",
        t ->
            t.ask(
                t.bundles(concat(List.of(t.key.bundle(t.image.digest())), t.ourBundles(t.image))),
                ":one"),
        all(YES));
    add(
        rows,
        "foreign bundle masks our .sig where our bundle is missing",
        t -> t.ask(t.bundles(List.of(t.key.bundle(t.image.digest()))), ":one"),
        Map.of(
            OURS_LEGACY,
            YES,
            OURS_STRICT,
            YES,
            OURS_BUNDLE,
            NO,
            COSIGN2,
            YES,
            COSIGN3_LEGACY,
            YES,
            COSIGN3,
            new Verdict(1, BELOW_THRESHOLD),
            SKOPEO,
            YES));
    add(
        rows,
        "payload with another member",
        t -> t.crafted(t.payload().replace("\"optional\":null", "\"optional\":null,\"x\":1")),
        Map.of(
            OURS_LEGACY,
            YES,
            OURS_STRICT,
            NO,
            COSIGN2,
            YES,
            COSIGN3_LEGACY,
            YES,
            SKOPEO,
            new Verdict(1, "Unknown key \\\"x\\\"")));
    add(
        rows,
        "payload of another type",
        t -> t.crafted(t.payload().replace("cosign container image signature", "other")),
        Map.of(
            OURS_LEGACY,
            YES,
            OURS_STRICT,
            NO,
            COSIGN2,
            YES,
            COSIGN3_LEGACY,
            YES,
            SKOPEO,
            new Verdict(1, "Unrecognized signature type")));
    add(
        rows,
        "payload for another host",
        t -> t.crafted(t.payload().replace(t.platform.host(), "registry.example.com")),
        Map.of(
            OURS_LEGACY,
            YES,
            OURS_STRICT,
            NO,
            COSIGN2,
            YES,
            COSIGN3_LEGACY,
            YES,
            SKOPEO,
            new Verdict(1, "is not accepted")));
    add(
        rows,
        "layer of another media type",
        t ->
            t.ask(
                merged(
                    t.signatures(
                        t.ours(t.image).stream()
                            .map(layer -> layer.withMediaType("application/octet-stream"))
                            .toList()),
                    Signatures.bundleAnswers(
                        t.name,
                        t.image.manifest(),
                        "application/octet-stream",
                        t.ourBundles(t.image))),
                ":one"),
        Map.of(
            OURS_STRICT,
            NO,
            COSIGN2,
            YES,
            COSIGN3_LEGACY,
            YES,
            SKOPEO,
            new Verdict(1, "no signature exists")));
    add(
        rows,
        "bundle layer of another media type, no .sig",
        t ->
            t.ask(
                merged(
                    Signatures.noAnswers(t.name, t.image.manifest()),
                    Signatures.bundleAnswers(
                        t.name,
                        t.image.manifest(),
                        "application/octet-stream",
                        t.ourBundles(t.image))),
                ":one"),
        Map.of(COSIGN3, new Verdict(10, "no signatures found")));
    add(
        rows,
        "bundle with another member, no .sig",
        t ->
            t.ask(
                merged(
                    Signatures.noAnswers(t.name, t.image.manifest()),
                    t.bundles(
                        t.ourBundles(t.image).stream()
                            .map(b -> b.replaceFirst("\\{", "{\"x\":1,"))
                            .toList())),
                ":one"),
        Map.of(OURS_BUNDLE, NO, COSIGN3, new Verdict(10, "no signatures found")));
    add(rows, "index and children signed", t -> t.ask(Map.of(), ":multi"), all(YES));
    add(
        rows,
        "index signed, child not: the index",
        t -> t.ask(t.childrenUnsigned(), ":multi"),
        Map.of(
            COSIGN2, YES,
            COSIGN3_LEGACY, YES,
            COSIGN3, YES,
            SKOPEO, new Verdict(1, NO_SIGNATURE)));
    add(
        rows,
        "index signed, child not: the child",
        t -> t.ask(t.childrenUnsigned(), "@" + t.index.children().get(0).digest()),
        Map.of(
            COSIGN2, new Verdict(10, "no signatures found"),
            COSIGN3_LEGACY, new Verdict(10, "no signatures found"),
            COSIGN3, new Verdict(10, "no signatures found"),
            SKOPEO, new Verdict(1, NO_SIGNATURE)));
    add(
        rows,
        "children signed, index not",
        t -> t.ask(Signatures.noAnswers(t.name, t.index.manifest()), ":multi"),
        Map.of(
            COSIGN2, new Verdict(10, "no signatures found"),
            COSIGN3_LEGACY, new Verdict(10, "no signatures found"),
            COSIGN3, new Verdict(10, "no signatures found"),
            SKOPEO, YES));
    return rows.stream();
  }

  private static void add(
      List<Arguments> rows,
      String title,
      Function<VerifyMatrixTest, Attempt> attempt,
      Map<Verifier, Verdict> verdicts) {
    new java.util.TreeMap<>(verdicts)
        .forEach(
            (verifier, verdict) ->
                rows.add(Arguments.of(new Row(title, attempt), verifier, verdict)));
  }

  @ParameterizedTest(name = "{0} / {1}")
  @MethodSource("rows")
  void judgesAsReleased(Row row, Verifier verifier, Verdict verdict) {
    Attempt attempt = row.attempt().apply(this);
    try (TamperingProxy proxy = new TamperingProxy(platform.url(), attempt.answers())) {
      Command.Result result =
          verifier.verify(
              OciRepository.home(platform),
              new Question(
                  proxy.host(),
                  name,
                  attempt.reference(),
                  attempt.key(),
                  attempt.annotation(),
                  // The proxy has another port than the signed reference names.
                  "{\"type\":\"exactRepository\",\"dockerRepository\":\""
                      + repository.reference("app")
                      + "\"}"));
      assertThat(result.exitCode()).as(result::toString).isEqualTo(verdict.exit());
      assertThat(result.output()).contains(verdict.says());
    }
  }

  private static Map<Verifier, Verdict> all(Verdict verdict) {
    Map<Verifier, Verdict> all = new EnumMap<>(Verifier.class);
    for (Verifier verifier : Verifier.values()) {
      all.put(verifier, verdict);
    }
    return all;
  }

  private Attempt ask(Map<String, Answer> answers, String reference) {
    return new Attempt(answers, reference, repository.publicKey(), Optional.empty());
  }

  /** The {@code .sig} tag holds one payload, validly signed with a key that is trusted here. */
  private Attempt crafted(String payload) {
    return new Attempt(
        signatures(List.of(key.layer(payload))), ":one", key.pem(), Optional.empty());
  }

  private String payload() {
    return Signatures.payload(repository.reference("app"), image.digest());
  }

  private List<Layer> ours(SampleImage signed) {
    return Signatures.layers(repository.registry(), name, signed.digest());
  }

  private List<String> ourBundles(SampleImage signed) {
    return Signatures.bundles(repository.registry(), name, signed.digest());
  }

  private List<Layer> spoiled() {
    return ours(image).stream()
        .map(layer -> layer.withPayload(layer.payload().toUtf8().replace("/app\"", "/apq\"")))
        .toList();
  }

  /** Our bundle with another statement under the old signature. */
  private List<String> spoiledBundle() {
    return ourBundles(image).stream()
        .map(
            bundle -> {
              String statement = Bundles.statement(bundle);
              return Bundles.withStatement(
                  bundle, statement.replace("\"predicate\":{}", "\"predicate\":{\"x\":1}"));
            })
        .toList();
  }

  private Map<String, Answer> signatures(List<Layer> layers) {
    return Signatures.signatureAnswers(name, image.digest(), layers);
  }

  private Map<String, Answer> bundles(List<String> bundles) {
    return Signatures.bundleAnswers(name, image.manifest(), Signatures.BUNDLE, bundles);
  }

  private Map<String, Answer> both(List<Layer> layers, List<String> bundles) {
    return merged(signatures(layers), bundles(bundles));
  }

  private Map<String, Answer> childrenUnsigned() {
    Manifest first = index.children().get(0).manifest();
    Manifest second = index.children().get(1).manifest();
    return merged(Signatures.noAnswers(name, first), Signatures.noAnswers(name, second));
  }

  private static Map<String, Answer> merged(Map<String, Answer> first, Map<String, Answer> second) {
    Map<String, Answer> all = new LinkedHashMap<>(first);
    all.putAll(second);
    return all;
  }

  private static <T> List<T> concat(List<T> first, List<T> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }
}
