package dev.countermark.conformance.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.conformance.Command;
import dev.countermark.conformance.PausedPart;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.oci.Verifier.Question;
import dev.countermark.testkit.oci.Digests;
import dev.countermark.testkit.oci.RegistryClient;
import dev.countermark.testkit.oci.SampleImage;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** From push to delete, and the options of a repository. */
@ExtendWith(PlatformExtension.class)
class LifecycleTest {
  @Test
  void everyImageOfAnIndexIsSigned(Platform platform) {
    OciRepository repository = OciRepository.open(platform);
    SampleImage index = SampleImage.ociIndex(31);

    repository.registry().push(repository.name("app"), "1.0", index);

    Images.assertSigned(platform, repository, "app", index.digest());
    for (SampleImage child : index.children()) {
      Images.assertSigned(platform, repository, "app", child.digest());
    }
  }

  /** Scripts push, and verify in the next line. */
  @Test
  void aPushIsAnsweredWhenItsImageIsSigned(Platform platform) {
    OciRepository repository =
        OciRepository.open(
            platform, OciOptions.anonymousPull().with("visibility", "after-signing"));
    String name = repository.name("app");
    RegistryClient reader = Anonymous.registry(platform.url(), name);
    for (SampleImage image :
        List.of(SampleImage.oci(36), SampleImage.ociIndex(37), SampleImage.docker(38))) {
      repository.registry().push(name, "latest", image);

      assertThat(repository.status("app", image.digest()).path("status").asText())
          .isEqualTo("signed");
      assertThat(reader.manifest(name, "latest").orElseThrow().digest()).isEqualTo(image.digest());
    }
  }

  @Test
  void aPushDoesNotWaitForEverForASignature(Platform platform) {
    platform.requireData();
    OciRepository repository = OciRepository.open(platform);
    SampleImage image = SampleImage.oci(39);
    image.blobs().values().forEach(b -> push(repository, b.toArray()));
    HttpResponse<byte[]> answer;
    try (PausedPart signer = new PausedPart(platform, Platform.SIGNER)) {
      answer =
          repository
              .registry()
              .send(
                  "PUT",
                  "/v2/" + repository.name("app") + "/manifests/1.0",
                  image.manifest().content().toArray(),
                  Map.of("Content-Type", image.manifest().mediaType(), "Prefer", "wait=1"));
    }
    assertThat(answer.statusCode()).isEqualTo(201);
    assertThat(answer.headers().firstValue("Warning")).hasValue("299 - \"signature pending\"");
    repository.awaitSigned("app", image.digest());
  }

  private static void push(OciRepository repository, byte[] blob) {
    repository.registry().pushBlob(repository.name("app"), blob);
  }

  @Test
  void afterSigningNobodyElseSeesAnUnsignedImage(Platform platform) {
    OciRepository repository =
        OciRepository.open(
            platform, OciOptions.anonymousPull().with("visibility", "after-signing"));
    String name = repository.name("app");
    RegistryClient reader = Anonymous.registry(platform.url(), name);
    SampleImage first = SampleImage.oci(32);
    repository.registry().push(name, "latest", first);
    repository.awaitSigned("app", first.digest());
    SampleImage second = SampleImage.oci(33);

    repository.registry().push(name, "latest", second);

    // Whenever the reader sees the second image, it is signed; until then the first.
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(10))
        .until(
            () -> {
              String seen = reader.manifest(name, "latest").orElseThrow().digest();
              if (seen.equals(first.digest())) {
                return false;
              }
              assertThat(seen).isEqualTo(second.digest());
              assertThat(repository.status("app", second.digest()).path("status").asText())
                  .isEqualTo("signed");
              return true;
            });
  }

  @Test
  void signedTagsSatisfyPodmansDefaultPolicy(Platform platform) {
    OciRepository repository =
        OciRepository.open(platform, OciOptions.anonymousPull().with("signTags", true));
    SampleImage image = SampleImage.oci(34);
    String name = repository.name("app");
    repository.registry().push(name, "1.0", image);
    repository.awaitSigned("app", image.digest());
    repository.registry().putManifest(name, "stable", image.manifest());

    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                assertThat(
                        PlainVerifier.validLayers(
                            repository.registry(), name, image.digest(), repository.publicKey()))
                    .containsExactlyInAnyOrder(
                        repository.reference("app"),
                        repository.reference("app") + ":1.0",
                        repository.reference("app") + ":stable"));
    for (String reference : List.of(":1.0", ":stable", "@" + image.digest())) {
      Command.Result result =
          Verifier.SKOPEO.verify(
              OciRepository.home(platform, repository),
              new Question(
                  platform.host(),
                  name,
                  reference,
                  repository.publicKey(),
                  Optional.empty(),
                  "{\"type\":\"matchRepoDigestOrExact\"}"));
      assertThat(result.exitCode()).as(result::toString).isZero();
    }
  }

  @Test
  void deletingAnImageDeletesItsSignatures(Platform platform) {
    OciRepository repository = OciRepository.open(platform);
    String name = repository.name("app");
    SampleImage image = SampleImage.oci(35);
    repository.registry().push(name, "1.0", image);
    Images.assertSignedOnce(platform, repository, "app", image.digest());
    SignatureWriter.append(
        repository.registry(),
        name,
        image.digest(),
        Signatures.Key.generate()
            .layer(Signatures.payload(repository.reference("app"), image.digest())));
    String bundle =
        repository
            .registry()
            .referrers(name, image.digest())
            .json()
            .path("manifests")
            .path(0)
            .path("digest")
            .asText();

    repository.registry().deleteManifest(name, image.digest());

    assertThat(repository.registry().manifest(name, "1.0")).isEmpty();
    assertThat(repository.registry().manifest(name, image.digest())).isEmpty();
    assertThat(repository.registry().manifest(name, Digests.signatureTag(image.digest())))
        .isEmpty();
    assertThat(repository.registry().manifest(name, bundle)).isEmpty();
    assertThat(repository.registry().referrers(name, image.digest()).json().path("manifests"))
        .isEmpty();
  }

  @Test
  void deletingATagKeepsImageAndSignatures(Platform platform) {
    OciRepository repository = OciRepository.open(platform);
    SampleImage image = SampleImage.oci(36);
    repository.registry().push(repository.name("app"), "1.0", image);
    repository.awaitSigned("app", image.digest());

    repository.registry().deleteManifest(repository.name("app"), "1.0");

    assertThat(repository.registry().manifest(repository.name("app"), "1.0")).isEmpty();
    Images.assertSigned(platform, repository, "app", image.digest());
  }

  @Test
  void aDeletedImagePushedAgainIsSignedAgain(Platform platform) {
    OciRepository repository = OciRepository.open(platform);
    SampleImage image = SampleImage.oci(37);
    repository.registry().push(repository.name("app"), "1.0", image);
    repository.awaitSigned("app", image.digest());
    repository.registry().deleteManifest(repository.name("app"), image.digest());

    repository.registry().push(repository.name("app"), "1.0", image);

    Images.assertSigned(platform, repository, "app", image.digest());
  }

  @Test
  void eachFormatCanBeSwitchedOff(Platform platform) {
    OciRepository legacy = OciRepository.open(platform, OciOptions.defaults().formats("legacy"));
    OciRepository bundle = OciRepository.open(platform, OciOptions.defaults().formats("bundle"));
    SampleImage image = SampleImage.oci(38);
    for (OciRepository repository : List.of(legacy, bundle)) {
      repository.registry().push(repository.name("app"), "1.0", image);
      repository.awaitSigned("app", image.digest());
    }

    assertThat(Signatures.layers(legacy.registry(), legacy.name("app"), image.digest())).hasSize(1);
    assertThat(Signatures.bundles(legacy.registry(), legacy.name("app"), image.digest())).isEmpty();
    assertThat(bundle.registry().manifest(bundle.name("app"), Digests.signatureTag(image.digest())))
        .isEmpty();
    assertThat(Signatures.bundles(bundle.registry(), bundle.name("app"), image.digest()))
        .hasSize(1);
  }

  /** Our own are answered from the image's record and listed nowhere. */
  @Test
  void signatureTagsOfUsersCanBeHiddenFromTheTagList(Platform platform) {
    OciRepository open = OciRepository.open(platform);
    OciRepository hiding =
        OciRepository.open(platform, OciOptions.defaults().with("hideSignatureTags", true));
    SampleImage image = SampleImage.oci(39);
    String tag = Digests.signatureTag(image.digest());
    for (OciRepository repository : List.of(open, hiding)) {
      String name = repository.name("app");
      repository.registry().push(name, "1.0", image);
      repository.awaitSigned("app", image.digest());
      assertThat(repository.registry().tags(name)).containsExactly("1.0");
      SignatureWriter.append(
          repository.registry(),
          name,
          image.digest(),
          Signatures.Key.generate()
              .layer(Signatures.payload(repository.reference("app"), image.digest())));
    }

    assertThat(open.registry().tags(open.name("app"))).containsExactly("1.0", tag);
    assertThat(hiding.registry().tags(hiding.name("app"))).containsExactly("1.0");
    assertThat(hiding.registry().manifest(hiding.name("app"), tag)).isPresent();
  }
}
