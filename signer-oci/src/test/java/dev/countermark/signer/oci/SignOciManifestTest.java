package dev.countermark.signer.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.keys.InMemoryKeyClient;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.signer.service.PackageRequest;
import dev.countermark.signer.service.SignedArtifact;
import dev.countermark.signing.Lane;
import dev.countermark.signing.SigningOutcome.Exempt;
import dev.countermark.signing.SigningOutcome.Refused;
import dev.countermark.signing.SigningOutcome.Signed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignOciManifestTest {
  private final TestImages images = new TestImages();

  @Test
  void signsAnImageInBothForms() {
    String digest = images.pushImage("a");

    var outcome = images.upload(digest);

    images.assertSignedByCurrentKey(digest);
    var key = images.keys.current(TestImages.REPOSITORY, new Purpose("oci"));
    ManifestRecord record = images.record(digest);
    assertThat(Oracle.legacyReferences(record, key)).containsExactly(TestImages.BARE);
    List<String> artifacts = new ArrayList<>();
    artifacts.add(record.signatures().orElseThrow().signatureManifest().orElseThrow());
    artifacts.addAll(record.signatures().orElseThrow().bundleManifests());
    assertThat(outcome)
        .isEqualTo(
            new Signed<>(
                new SignedArtifact(
                    TestImages.REPOSITORY,
                    TestImages.NAME,
                    digest,
                    1,
                    key.fingerprint(),
                    TestImages.PUSHED,
                    TestImages.NOW,
                    artifacts),
                List.of()));
  }

  @Test
  void costsOneReadOneWriteAndOneKeyCall() {
    String digest = images.pushImage("a");
    var signer = images.signer(images.countedKeys, new SignOciManifest.Limits(8, 1_000));
    images.store.reset();

    signer.sign(
        new PackageRequest(
            new OciFormat(),
            Lane.UPLOAD,
            TestImages.REPOSITORY,
            TestImages.NAME,
            digest,
            TestImages.PUSHED));

    assertThat(images.store.writes()).hasSize(1);
    assertThat(images.store.reads())
        .hasSize(2); // the settings, which are remembered, and the record
    assertThat(images.store.counts()).doesNotContainKey("list");
    assertThat(images.keyCalls).hasValue(1);
  }

  @Test
  void signsNothingOfAnotherRepository() {
    String digest = images.pushImage("a");

    var outcome =
        images
            .signer(images.countedKeys, new SignOciManifest.Limits(8, 1_000))
            .sign(
                new PackageRequest(
                    new OciFormat(),
                    Lane.UPLOAD,
                    RepositoryName.of("evil/app"),
                    "evil/app",
                    digest,
                    TestImages.PUSHED));

    assertThat(outcome).isEqualTo(new Exempt<>(Exempt.Why.GONE));
    assertThat(images.keyCalls).hasValue(0);
    assertThat(images.record(digest).state()).isEqualTo(State.RECEIVED);
  }

  @Test
  void refusesContentThatIsNotWhatItsDigestSays() {
    String digest = "sha256:" + "ab".repeat(32);
    images.store(TestImages.IMAGE, digest, Json.write(TestImages.imageJson("a")));

    assertThat(images.upload(digest))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).isEqualTo(Refusal.DIGEST_MISMATCH));
    assertThat(images.record(digest).state()).isEqualTo(State.REFUSED);
    assertThat(images.record(digest).refusal().orElseThrow().code())
        .isEqualTo(Refusal.DIGEST_MISMATCH);
    assertThat(images.keyCalls).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"not json", "[]", "{\"schemaVersion\":2,\"layers\":7}"})
  void refusesContentThatIsNoManifest(String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    String digest = Oracle.sha256(bytes);
    images.store(TestImages.IMAGE, digest, bytes);

    assertThat(images.upload(digest))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).isEqualTo(Refusal.MALFORMED_PACKAGE));
    assertThat(images.record(digest).state()).isEqualTo(State.REFUSED);
  }

  @Test
  void signsAManifestNamedBySha512() {
    byte[] content = Json.write(TestImages.imageJson("a"));
    String digest = "sha512:" + HexFormat.of().formatHex(Oracle.hash("SHA-512", content));
    images.store(TestImages.IMAGE, digest, content);

    assertThat(images.upload(digest)).isInstanceOf(Signed.class);
    images.assertSignedByCurrentKey(digest);
  }

  @Test
  void neverSignsASignature() {
    String digest = images.pushSignature(images.pushImage("a"));

    assertThat(images.upload(digest)).isEqualTo(new Exempt<>(Exempt.Why.NEVER_SIGNED));
    assertThat(images.record(digest).state()).isEqualTo(State.EXEMPT);
    assertThat(images.record(digest).exemption()).contains("cosign-signatures");
    assertThat(images.keyCalls).hasValue(0);
  }

  @Test
  void signsWhatOnlyLooksLikeASignature() {
    Map<String, Object> image = TestImages.imageJson("a");
    image.put(
        "layers",
        List.of(images.blob("application/vnd.dev.cosign.simplesigning.v1+json", "a program")));
    image.put("artifactType", "application/vnd.in-toto+json");
    String digest = images.push(TestImages.IMAGE, image);

    assertThat(images.upload(digest)).isInstanceOf(Signed.class);
    images.assertSignedByCurrentKey(digest);
  }

  @Test
  void signsAReferrer() {
    String image = images.pushImage("a");
    Map<String, Object> referrer = TestImages.imageJson("b");
    referrer.put("subject", TestImages.descriptor(TestImages.IMAGE, image, 7));
    String digest = images.push(TestImages.IMAGE, referrer);

    assertThat(images.upload(digest)).isInstanceOf(Signed.class);
    images.assertSignedByCurrentKey(digest);
  }

  /** Former releases exempted whatever had a subject, or looked a little like a signature. */
  @Test
  void decidesAnewWhatFormerReleasesExempted() {
    String image = images.pushImage("a");
    Map<String, Object> referrer = TestImages.imageJson("b");
    referrer.put("subject", TestImages.descriptor(TestImages.IMAGE, image, 7));
    String honest = images.push(TestImages.IMAGE, referrer);
    String signature = images.pushSignature(image);
    for (String digest : List.of(honest, signature)) {
      images.change(digest, SignOciManifestTest::exemptOfAFormerRelease);
    }

    assertThat(images.sign(Lane.RESYNC, honest)).isInstanceOf(Signed.class);
    assertThat(images.sign(Lane.RESYNC, signature))
        .isEqualTo(new Exempt<>(Exempt.Why.NEVER_SIGNED));

    images.assertSignedByCurrentKey(honest);
    assertThat(images.record(signature).neverSigned()).isTrue();
    ManifestRecord settled = images.record(signature);
    images.sign(Lane.RESYNC, signature);
    assertThat(images.record(signature)).isEqualTo(settled);
  }

  /** It may have been one of ours: a signature of a signature would be one more every time. */
  @Test
  void leavesAnExemptManifestAloneWhoseBlobsAreGone() {
    String signature = images.pushSignature(images.pushImage("a"));
    images.change(signature, SignOciManifestTest::exemptOfAFormerRelease);
    ManifestRecord before = images.record(signature);
    for (var entry : images.store.list(OciKeys.image(TestImages.NAME), "", 1000).entries()) {
      if (entry.key().contains("/_bytes/")) {
        images.store.delete(entry.key());
      }
    }

    assertThat(images.sign(Lane.RESYNC, signature))
        .isEqualTo(new Exempt<>(Exempt.Why.NEVER_SIGNED));
    assertThat(images.record(signature)).isEqualTo(before);
  }

  private static ManifestRecord exemptOfAFormerRelease(ManifestRecord record) {
    return new ManifestRecord(
        record.generation() + 1,
        record.repository(),
        record.name(),
        record.digest(),
        record.mediaType(),
        record.content(),
        record.pushedAt(),
        State.EXEMPT,
        record.subject(),
        record.signatures(),
        record.refusal());
  }

  @Test
  void storesNothingThatDoesNotVerify() {
    String digest = images.pushImage("a");
    var other = new InMemoryKeyClient();
    KeyClient lying =
        new KeyClient() {
          @Override
          public PublicKeyVersion current(RepositoryName repository, Purpose purpose) {
            return images.keys.current(repository, purpose);
          }

          @Override
          public List<PublicKeyVersion> versions(RepositoryName repository, Purpose purpose) {
            return images.keys.versions(repository, purpose);
          }

          @Override
          public SignedBatch sign(RepositoryName repository, Purpose purpose, List<Item> items) {
            return new SignedBatch(
                images.keys.current(repository, purpose),
                other.sign(repository, purpose, items).signatures());
          }
        };
    images.store.reset();

    assertThatThrownBy(
            () ->
                images
                    .signer(lying, new SignOciManifest.Limits(8, 1_000))
                    .sign(
                        new PackageRequest(
                            new OciFormat(),
                            Lane.UPLOAD,
                            TestImages.REPOSITORY,
                            TestImages.NAME,
                            digest,
                            TestImages.PUSHED)))
        .isInstanceOf(IllegalStateException.class)
        .isNotInstanceOf(Failure.class);
    assertThat(images.store.writes()).hasSize(0);
    assertThat(images.record(digest).state()).isEqualTo(State.RECEIVED);
  }
}
