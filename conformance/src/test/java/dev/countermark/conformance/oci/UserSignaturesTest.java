package dev.countermark.conformance.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Client;
import dev.countermark.conformance.Client.Home;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.oci.Digests;
import dev.countermark.testkit.oci.Manifest;
import dev.countermark.testkit.oci.SampleImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Users sign with their own keys beside ours, and nothing of either is ever lost. */
@ExtendWith(PlatformExtension.class)
class UserSignaturesTest {
  private static final int WRITERS = 20;

  private Platform platform;
  private OciRepository repository;
  private Home home;
  private SampleImage image;
  private String target;

  @BeforeEach
  void pushAnImage(Platform platform) {
    this.platform = platform;
    repository = OciRepository.open(platform);
    home = OciRepository.home(platform, repository);
    image = SampleImage.oci(21);
    repository.registry().push(repository.name("app"), "1.0", image);
    repository.awaitSigned("app", image.digest());
    target = repository.reference("app") + "@" + image.digest();
  }

  /** Makes {@code PREFIX.key} and {@code PREFIX.pub} and returns the public one. */
  private String generateKeyPair(Client cosign, String prefix) {
    cosign.run(home, "generate-key-pair", "--output-key-prefix", prefix).succeeded();
    try {
      return Files.readString(home.directory().resolve(prefix + ".pub"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void assertAccepted(Verifier verifier, String key) {
    Command.Result result =
        verifier.verify(
            home,
            Verifier.question(platform.host(), repository.name("app"), "@" + image.digest(), key));
    assertThat(result.exitCode()).as(result::toString).isZero();
  }

  @Test
  void signedByCosign2() {
    Client cosign = Client.cosign2();
    String key = generateKeyPair(cosign, "user");

    signLegacy(cosign, "user");

    assertAccepted(Verifier.COSIGN2, key);
    Images.assertSigned(platform, repository, "app", image.digest());
  }

  @Test
  void signedByCosign3() {
    Client cosign = Client.cosign3();
    String key = generateKeyPair(cosign, "user");

    cosign
        .run(
            home,
            "sign",
            "--key",
            "user.key",
            "--use-signing-config=false",
            "--tlog-upload=false",
            "--new-bundle-format=true",
            target)
        .succeeded();

    assertAccepted(Verifier.COSIGN3, key);
    Images.assertSigned(platform, repository, "app", image.digest());
  }

  @Test
  void aReplacedAttestationIsGone() {
    Client cosign = Client.cosign2();
    generateKeyPair(cosign, "user");
    for (String verdict : List.of("stale", "fresh")) {
      cosign
          .run(
              home,
              "attest",
              "--key",
              "user.key",
              "--tlog-upload=false",
              "--replace",
              "--type",
              "https://example.test/verdict",
              "--predicate",
              home.file(verdict + ".json", "{\"verdict\":\"" + verdict + "\"}"),
              target)
          .succeeded();
    }

    Command.Result verified =
        cosign
            .run(
                home,
                "verify-attestation",
                "--key",
                "user.pub",
                "--insecure-ignore-tlog=true",
                "--type",
                "https://example.test/verdict",
                target)
            .succeeded();
    List<String> attested =
        verified
            .output()
            .lines()
            .filter(line -> line.startsWith("{"))
            .map(line -> Json.read(line.getBytes(StandardCharsets.UTF_8), JsonNode.class))
            .map(envelope -> Base64.getDecoder().decode(envelope.path("payload").asText()))
            .map(payload -> new String(payload, StandardCharsets.UTF_8))
            .toList();
    assertThat(attested).hasSize(1).allSatisfy(text -> assertThat(text).contains("fresh"));
    Images.assertSigned(platform, repository, "app", image.digest());
  }

  @Test
  void signedByNotation() {
    Client notation = Client.require("notation");
    notation.run(home, "cert", "generate-test", "user").succeeded();

    notation
        .run(
            home,
            "sign",
            "--insecure-registry",
            "--username",
            "token",
            "--password",
            repository.token(),
            "--key",
            "user",
            target)
        .succeeded();

    String signature = referrer("application/vnd.cncf.notary.signature");
    assertThat(repository.status("app", signature).path("status").asText()).isEqualTo("exempt");
    Images.assertSigned(platform, repository, "app", image.digest());
  }

  /** By digest, as by tag: whoever may push may also delete. */
  @Test
  void nobodyDeletesAPartOfOurs() {
    String name = repository.name("app");
    List<String> addresses = new ArrayList<>();
    Manifest signatures =
        repository.registry().manifest(name, Digests.signatureTag(image.digest())).orElseThrow();
    Manifest bundle =
        repository
            .registry()
            .manifest(name, referrer("application/vnd.dev.sigstore.bundle.v0.3+json"))
            .orElseThrow();
    for (Manifest manifest : List.of(signatures, bundle)) {
      addresses.add("/manifests/" + manifest.digest());
      addresses.add("/blobs/" + manifest.json().path("config").path("digest").asText());
      addresses.add("/blobs/" + manifest.json().path("layers").path(0).path("digest").asText());
    }
    addresses.add("/manifests/" + Digests.signatureTag(image.digest()));

    assertThat(addresses)
        .allSatisfy(
            address ->
                assertThat(
                        repository
                            .registry()
                            .send("DELETE", "/v2/" + name + address, null, Map.of())
                            .statusCode())
                    .isEqualTo(405));

    Images.assertSigned(platform, repository, "app", image.digest());
  }

  /** An artifact says of itself what it likes. */
  @Test
  void whatOrasAttachesIsSigned() {
    Client oras = Client.require("oras");
    home.file("sbom.json", "{}");

    oras.run(
            home,
            "attach",
            "--plain-http",
            "--artifact-type",
            "application/vnd.in-toto+json",
            target,
            "sbom.json:application/spdx+json")
        .succeeded();

    Images.assertSigned(platform, repository, "app", referrer("application/vnd.in-toto+json"));
    Images.assertSigned(platform, repository, "app", image.digest());
  }

  private String referrer(String artifactType) {
    for (JsonNode entry :
        repository
            .registry()
            .referrers(repository.name("app"), image.digest())
            .json()
            .path("manifests")) {
      if (entry.path("artifactType").asText().equals(artifactType)) {
        return entry.path("digest").asText();
      }
    }
    throw new AssertionError("nothing of type " + artifactType + " refers to the image");
  }

  private void signLegacy(Client cosign, String prefix) {
    cosign.run(home, "sign", "--key", prefix + ".key", "--tlog-upload=false", target).succeeded();
  }

  @Test
  void twentyWritersAtOnceLoseNothing() {
    Client cosign = Client.cosign2();
    List<String> keys =
        IntStream.range(0, WRITERS).mapToObj(i -> generateKeyPair(cosign, "user" + i)).toList();
    ExecutorService pool = Executors.newFixedThreadPool(WRITERS);
    try {
      List<CompletableFuture<Void>> writers =
          IntStream.range(0, WRITERS)
              .mapToObj(i -> CompletableFuture.runAsync(() -> signLegacy(cosign, "user" + i), pool))
              .toList();
      writers.forEach(CompletableFuture::join);
    } finally {
      pool.shutdownNow();
    }

    List<String> lost = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      if (PlainVerifier.validLayers(
              repository.registry(), repository.name("app"), image.digest(), keys.get(i))
          .isEmpty()) {
        lost.add("user" + i);
      }
    }
    assertThat(lost).isEmpty();
    // One by the real client: the others differ only in the key.
    assertAccepted(Verifier.COSIGN2, keys.get(WRITERS - 1));
    assertThat(Signatures.layers(repository.registry(), repository.name("app"), image.digest()))
        .hasSize(WRITERS + 1);
    Images.assertSigned(platform, repository, "app", image.digest());
  }

  /** The same without any client: writers that read, append and write as cosign does. */
  @Test
  void plainWritersAtOnceLoseNothing() {
    List<Signatures.Key> keys =
        IntStream.range(0, WRITERS).mapToObj(i -> Signatures.Key.generate()).toList();
    ExecutorService pool = Executors.newFixedThreadPool(WRITERS);
    try {
      List<CompletableFuture<Void>> writers =
          keys.stream()
              .map(
                  key ->
                      CompletableFuture.runAsync(
                          () ->
                              SignatureWriter.append(
                                  repository.registry(),
                                  repository.name("app"),
                                  image.digest(),
                                  key.layer(
                                      Signatures.payload(
                                          repository.reference("app"), image.digest()))),
                          pool))
              .toList();
      writers.forEach(CompletableFuture::join);
    } finally {
      pool.shutdownNow();
    }

    assertThat(keys)
        .allSatisfy(
            key ->
                assertThat(
                        PlainVerifier.validLayers(
                            repository.registry(),
                            repository.name("app"),
                            image.digest(),
                            key.pem()))
                    .hasSize(1));
    Images.assertSignedOnce(platform, repository, "app", image.digest());
  }

  /** A writer that has not read what is there must not remove ours. */
  @Test
  void overwritingTheSignatureTagKeepsOurs() {
    Signatures.Key user = Signatures.Key.generate();

    SignatureWriter.overwrite(
        repository.registry(),
        repository.name("app"),
        image.digest(),
        List.of(user.layer(Signatures.payload(repository.reference("app"), image.digest()))));

    assertThat(
            PlainVerifier.validLayers(
                repository.registry(), repository.name("app"), image.digest(), user.pem()))
        .hasSize(1);
    Images.assertSigned(platform, repository, "app", image.digest());
  }

  @Test
  void signaturesAreNeverSigned() {
    Signatures.Key user = Signatures.Key.generate();
    String name = repository.name("app");
    SignatureWriter.append(
        repository.registry(),
        name,
        image.digest(),
        user.layer(Signatures.payload(repository.reference("app"), image.digest())));
    String signature =
        repository
            .registry()
            .manifest(name, Digests.signatureTag(image.digest()))
            .orElseThrow()
            .digest();
    String referrer =
        repository
            .registry()
            .referrers(name, image.digest())
            .json()
            .path("manifests")
            .path(0)
            .path("digest")
            .asText();

    repository.resync();
    // A later image is handled after the resync's look at the others.
    SampleImage later = SampleImage.oci(22);
    repository.registry().push(name, "later", later);
    repository.awaitSigned("app", later.digest());

    for (String digest : List.of(signature, referrer)) {
      assertThat(repository.status("app", digest).path("status").asText()).isEqualTo("exempt");
      assertThat(repository.registry().manifest(name, Digests.signatureTag(digest))).isEmpty();
      assertThat(repository.registry().referrers(name, digest).json().path("manifests")).isEmpty();
    }
  }

  @Test
  void anOrdinaryImageTaggedLikeASignatureIsSigned() {
    SampleImage disguised = SampleImage.oci(23);

    repository
        .registry()
        .push(
            repository.name("app"),
            Digests.signatureTag(Digests.sha256(new byte[] {1})),
            disguised);

    Images.assertSigned(platform, repository, "app", disguised.digest());
  }

  @Test
  void aResyncChangesNoByte() {
    SampleImage index = SampleImage.ociIndex(24);
    repository.registry().push(repository.name("app"), "multi", index);
    repository.awaitSigned("app", index.digest());
    List<String> digests =
        List.of(image.digest(), index.digest(), index.children().get(0).digest());
    digests.forEach(digest -> repository.awaitSigned("app", digest));
    List<List<String>> before = visible(digests);

    for (int i = 0; i < 2; i++) {
      repository.resync();
      SampleImage later = SampleImage.oci(25 + i);
      repository.registry().push(repository.name("app"), "later", later);
      repository.awaitSigned("app", later.digest());
    }

    assertThat(visible(digests)).isEqualTo(before);
  }

  private List<List<String>> visible(List<String> digests) {
    return digests.stream().map(digest -> Images.visible(repository, "app", digest)).toList();
  }
}
