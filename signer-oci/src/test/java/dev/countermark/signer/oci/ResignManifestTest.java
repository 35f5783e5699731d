package dev.countermark.signer.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Bytes;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.OciSettings;
import dev.countermark.format.oci.OciRecords.SignatureFormat;
import dev.countermark.format.oci.OciRecords.SignaturePiece;
import dev.countermark.format.oci.OciRecords.Signatures;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.signer.service.SignedArtifact;
import dev.countermark.signing.Lane;
import dev.countermark.signing.SigningOutcome.AlreadySigned;
import dev.countermark.signing.SigningOutcome.Refused;
import dev.countermark.signing.SigningOutcome.Signed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is signed already, and to be signed again or otherwise. */
class ResignManifestTest {
  private final TestImages images = new TestImages();

  @Test
  void addsTheSignaturesOfANewKeyAndKeepsTheOldOnes() {
    String digest = images.pushImage("a");
    images.upload(digest);
    var oldKey = images.keys.current(TestImages.REPOSITORY, new Purpose("oci"));
    var oldBundles = images.record(digest).signatures().orElseThrow().bundleManifests();
    var newKey = images.keys.rotate(TestImages.REPOSITORY, new Purpose("oci"));

    assertThat(images.sign(Lane.RESYNC, digest))
        .isInstanceOfSatisfying(
            Signed.class, s -> assertThat(((SignedArtifact) s.result()).keyVersion()).isEqualTo(2));

    ManifestRecord record = images.record(digest);
    assertThat(Oracle.legacyReferences(record, oldKey)).containsExactly(TestImages.BARE);
    assertThat(Oracle.legacyReferences(record, newKey)).containsExactly(TestImages.BARE);
    assertThat(Oracle.bundles(record, oldKey)).isEqualTo(1);
    assertThat(Oracle.bundles(record, newKey)).isEqualTo(1);
    assertThat(record.signatures().orElseThrow().bundleManifests()).containsAll(oldBundles);
    assertThat(images.sign(Lane.RESYNC, digest)).isInstanceOf(AlreadySigned.class);
  }

  @Test
  void makesADamagedSignatureAgainInAResync() {
    String digest = images.pushImage("a");
    images.upload(digest);
    images.keys.rotate(TestImages.REPOSITORY, new Purpose("oci"));
    images.sign(Lane.RESYNC, digest);
    ManifestRecord intact = images.record(digest);
    var key = images.keys.current(TestImages.REPOSITORY, new Purpose("oci"));
    for (SignaturePiece piece : intact.signatures().orElseThrow().pieces()) {
      images.records.update(
          OciKeys.manifest(TestImages.NAME, digest),
          ManifestRecord.class,
          old -> Optional.of(damaged(intact, piece)));

      assertThat(images.sign(Lane.RESYNC, digest))
          .as(piece.mediaType())
          .isNotInstanceOf(Refused.class);

      assertThat(Oracle.legacyReferences(images.record(digest), key)).contains(TestImages.BARE);
      assertThat(Oracle.bundles(images.record(digest), key)).isEqualTo(1);
      assertThat(images.sign(Lane.RESYNC, digest)).isInstanceOf(AlreadySigned.class);
    }
  }

  /** The record with other bytes in one piece. */
  private static ManifestRecord damaged(ManifestRecord record, SignaturePiece piece) {
    Signatures all = record.signatures().orElseThrow();
    List<SignaturePiece> pieces = new ArrayList<>(all.pieces());
    pieces.set(
        pieces.indexOf(piece),
        new SignaturePiece(
            piece.digest(), piece.mediaType(), piece.manifest(), Bytes.utf8("damaged")));
    return record.signed(
        new Signatures(all.by(), all.signatureManifest(), all.bundleManifests(), pieces));
  }

  @Test
  void makesOnlyTheFormsThatTheRepositoryWants() {
    images.settings(new OciSettings(null, false, Set.of(SignatureFormat.BUNDLE), false, false));
    String digest = images.pushImage("a");
    images.upload(digest);
    var key = images.keys.current(TestImages.REPOSITORY, new Purpose("oci"));
    assertThat(images.record(digest).signatures().orElseThrow().signatureManifest()).isEmpty();
    assertThat(Oracle.bundles(images.record(digest), key)).isEqualTo(1);
    var bundles = images.record(digest).signatures().orElseThrow().bundleManifests();

    images.settings(TestImages.BOTH);

    assertThat(images.sign(Lane.RESYNC, digest)).isInstanceOf(Signed.class);
    assertThat(Oracle.legacyReferences(images.record(digest), key))
        .containsExactly(TestImages.BARE);
    assertThat(images.record(digest).signatures().orElseThrow().bundleManifests())
        .isEqualTo(bundles);
  }

  @Test
  void signsTagsWhenTheRepositoryWantsThat() {
    images.settings(TestImages.WITH_TAGS);
    String digest = images.pushImage("a");
    images.tag("v1", digest);
    images.tag("latest", digest);
    images.tag("old", "sha256:" + "ab".repeat(32));
    images.upload(digest);
    var key = images.keys.current(TestImages.REPOSITORY, new Purpose("oci"));

    assertThat(Oracle.legacyReferences(images.record(digest), key))
        .containsExactly(TestImages.BARE, TestImages.BARE + ":latest", TestImages.BARE + ":v1");

    images.tag("v1.0", digest);

    assertThat(images.upload(digest)).isInstanceOf(Signed.class);
    assertThat(Oracle.legacyReferences(images.record(digest), key))
        .containsExactlyInAnyOrder(
            TestImages.BARE,
            TestImages.BARE + ":latest",
            TestImages.BARE + ":v1",
            TestImages.BARE + ":v1.0");
    assertThat(Oracle.bundles(images.record(digest), key)).isEqualTo(1);
    assertThat(images.upload(digest)).isInstanceOf(AlreadySigned.class);
  }
}
