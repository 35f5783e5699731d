package dev.countermark.signer.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Json;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.signer.service.PackageRequest;
import dev.countermark.signer.service.SignedArtifact;
import dev.countermark.signing.Lane;
import dev.countermark.signing.SigningOutcome;
import dev.countermark.signing.SigningOutcome.AlreadySigned;
import dev.countermark.signing.SigningOutcome.Refused;
import dev.countermark.signing.SigningOutcome.Signed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Indexes, and what they list. */
class SignIndexTest {
  private final TestImages images = new TestImages();

  @Test
  void signsAnIndexAfterItsManifests() {
    String amd64 = images.pushImage("amd64");
    String arm64 = images.pushImage("arm64");
    String index = images.pushIndex(amd64, arm64);
    List<String> written = new ArrayList<>();
    images.store.afterReplace = written::add;

    var outcome = images.upload(index);

    assertThat(written)
        .containsExactly(
            OciKeys.manifest(TestImages.NAME, amd64),
            OciKeys.manifest(TestImages.NAME, arm64),
            OciKeys.manifest(TestImages.NAME, index));
    List.of(amd64, arm64, index).forEach(images::assertSignedByCurrentKey);
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Signed.class,
            s ->
                assertThat(s.contained())
                    .extracting(c -> ((SignedArtifact) c).digest())
                    .containsExactly(amd64, arm64));
  }

  @Test
  void signsWhatIsNewBelowAnIndexThatIsSignedAlready() {
    String present = images.pushImage("amd64");
    byte[] later = Json.write(TestImages.imageJson("arm64"));
    String index = images.pushIndex(present, Oracle.sha256(later));
    assertThat(images.upload(index)).isInstanceOf(Signed.class); // sparse: a manifest is missing

    images.store(TestImages.IMAGE, Oracle.sha256(later), later);

    assertThat(images.upload(index))
        .isInstanceOfSatisfying(AlreadySigned.class, a -> assertThat(a.contained()).hasSize(1));
    images.assertSignedByCurrentKey(Oracle.sha256(later));
  }

  /** Who pushes an index writes its annotations: one of them must not hide an image from us. */
  @Test
  void signsWhatAnIndexCallsAnAttestation() {
    String image = images.pushImage("amd64");
    String attestation = images.pushImage("attestation");
    Map<String, Object> entry =
        TestImages.descriptor(
            TestImages.IMAGE, attestation, images.record(attestation).content().length());
    entry.put(
        "annotations",
        Map.of(
            "vnd.docker.reference.type",
            "attestation-manifest",
            "vnd.docker.reference.digest",
            image));
    String index = images.pushIndex(image, entry);

    images.upload(index);

    List.of(index, image, attestation).forEach(images::assertSignedByCurrentKey);
  }

  @Test
  void signsIndexesWithinIndexesDownToTheLimit() {
    String inner = images.pushImage("leaf");
    String leaf = inner;
    for (int depth = 1; depth <= 8; depth++) {
      inner = images.pushIndex(inner);
    }

    assertThat(images.upload(inner)).isInstanceOf(Signed.class);
    images.assertSignedByCurrentKey(leaf);

    String tooDeep = images.pushIndex(inner);

    assertThat(images.upload(tooDeep))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).isEqualTo(Refusal.TOO_LARGE));
    assertThat(images.record(tooDeep).state()).isEqualTo(State.REFUSED);
    assertThat(images.record(inner).state()).isEqualTo(State.AVAILABLE);
  }

  @Test
  void refusesWhatLiesAroundARefusedIndex() {
    String inner = images.pushImage("leaf");
    for (int depth = 1; depth <= 8; depth++) {
      inner = images.pushIndex(inner);
    }
    for (int depth = 9; depth <= 12; depth++) {
      inner = images.pushIndex(inner);

      assertThat(images.upload(inner)).isInstanceOf(Refused.class);
      assertThat(images.record(inner).state()).isEqualTo(State.REFUSED);
    }
  }

  @Test
  void refusesAnIndexWithARefusedImage() {
    String good = images.pushImage("good");
    byte[] other = Json.write(TestImages.imageJson("other"));
    String bad = "sha256:" + "ab".repeat(32);
    images.store(TestImages.IMAGE, bad, other); // not what its digest says
    String index = images.pushIndex(good, bad);
    String diamond = images.pushIndex(bad, images.pushIndex(good, bad), good);

    for (String refused : List.of(index, images.pushIndex(index), diamond)) {
      assertThat(images.upload(refused)).isInstanceOf(Refused.class);
      assertThat(images.record(refused).state()).isEqualTo(State.REFUSED);
      assertThat(images.record(refused).signatures()).isEmpty();
    }
    images.assertSignedByCurrentKey(good);
  }

  /** A short way to an index must not hide a long one. */
  @Test
  void measuresTheLongestWay() {
    String bottom = images.pushIndex(images.pushImage("leaf"));
    String inner = bottom;
    for (int depth = 2; depth <= 8; depth++) {
      inner = images.pushIndex(inner);
    }

    assertThat(images.upload(images.pushIndex(bottom, inner))).isInstanceOf(Refused.class);
  }

  @Test
  void refusesAnIndexOfTooManyManifests() {
    String index =
        images.pushIndex(images.pushImage("a"), images.pushImage("b"), images.pushImage("c"));
    var small = images.signer(images.countedKeys, new SignOciManifest.Limits(8, 3));

    assertThat(
            small.sign(
                new PackageRequest(
                    new OciFormat(),
                    Lane.UPLOAD,
                    TestImages.REPOSITORY,
                    TestImages.NAME,
                    index,
                    TestImages.PUSHED)))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).isEqualTo(Refusal.TOO_LARGE));
    assertThat(images.record(index).state()).isEqualTo(State.REFUSED);
  }

  @Test
  void looksAtAManifestOnceHoweverOftenItIsListed() {
    String image = images.pushImage("a");
    String index = images.pushIndex(image, image, image);
    images.store.reset();

    images.upload(index);

    assertThat(images.store.writes()).hasSize(2);
  }

  /** An image's own event and that of its index at once: still one write each. */
  @Test
  void doesNotRaceItselfForOneManifest() throws Exception {
    var signer = images.signer(images.countedKeys, new SignOciManifest.Limits(8, 1_000));
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      for (int round = 0; round < 20; round++) {
        String image = images.pushImage("image " + round);
        String index = images.pushIndex(image);
        images.store.reset();
        CountDownLatch start = new CountDownLatch(1);
        List<Future<SigningOutcome<SignedArtifact>>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          String digest = i % 2 == 0 ? image : index;
          all.add(
              threads.submit(
                  () -> {
                    start.await();
                    return signer.sign(
                        new PackageRequest(
                            new OciFormat(),
                            Lane.UPLOAD,
                            TestImages.REPOSITORY,
                            TestImages.NAME,
                            digest,
                            TestImages.PUSHED));
                  }));
        }
        start.countDown();
        for (Future<SigningOutcome<SignedArtifact>> each : all) {
          each.get(30, TimeUnit.SECONDS);
        }

        assertThat(images.store.writes()).hasSize(2);
        images.assertSignedByCurrentKey(image);
        images.assertSignedByCurrentKey(index);
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
