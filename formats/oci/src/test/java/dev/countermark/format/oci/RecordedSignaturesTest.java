package dev.countermark.format.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.SignatureFormat;
import dev.countermark.format.oci.OciRecords.SignaturePiece;
import dev.countermark.format.oci.OciRecords.Signatures;
import dev.countermark.format.oci.OciRecords.SignedBy;
import dev.countermark.format.oci.SignaturePlan.Pieces;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a resync would find of a manifest, by its record alone. */
class RecordedSignaturesTest {
  private static final String CONTENT = "{\"schemaVersion\":2}";
  private static final String KEY = "a".repeat(64);
  private static final Set<SignatureFormat> BOTH =
      Set.of(SignatureFormat.LEGACY, SignatureFormat.BUNDLE);

  private final SignedImage image = SignedImage.of(CONTENT);

  private Signatures signed() {
    Pieces pieces =
        Pieces.of(image.signed().layers(), List.of(image.signed().bundle().orElseThrow()));
    SignedBy by = new SignedBy(1, KEY, BOTH, List.of(image.reference()), Instant.EPOCH);
    return RecordedSignatures.signatures(List.of(by), pieces);
  }

  private ManifestRecord record(String content, Signatures signatures) {
    return new ManifestRecord(
            1,
            RepositoryName.of("acme/app"),
            "acme/app",
            image.subject().digest().toString(),
            MediaTypes.OCI_MANIFEST,
            Bytes.utf8(content),
            Instant.EPOCH,
            State.RECEIVED,
            Optional.empty(),
            Optional.empty(),
            Optional.empty())
        .signed(signatures);
  }

  private boolean isInOrder(Signatures signatures) {
    return isInOrder(record(CONTENT, signatures), BOTH, image.reference(), KEY);
  }

  private boolean isInOrder(
      ManifestRecord record, Set<SignatureFormat> formats, String reference, String key) {
    return RecordedSignatures.isInOrder(
        record, formats, reference, key, image.key().getPublic().getEncoded());
  }

  @Test
  void whatTheCurrentKeySignedInAllFormsIsInOrder() {
    assertThat(isInOrder(signed())).isTrue();
    assertThat(
            isInOrder(
                record(CONTENT, signed()),
                Set.of(SignatureFormat.BUNDLE),
                "elsewhere.example/app",
                KEY))
        .as("a bundle names no host")
        .isTrue();
  }

  @Test
  void whatLacksSomethingIsNot() {
    Signatures all = signed();
    SignedBy by = all.by().get(0);
    Signatures few =
        new Signatures(
            List.of(
                new SignedBy(
                    1, KEY, Set.of(SignatureFormat.LEGACY), by.references(), Instant.EPOCH)),
            all.signatureManifest(),
            all.bundleManifests(),
            all.pieces());

    assertThat(isInOrder(few)).as("without a bundle").isFalse();
    assertThat(isInOrder(record(CONTENT, all), BOTH, "other.example/acme/app", KEY))
        .as("by another name")
        .isFalse();
    assertThat(isInOrder(record(CONTENT, all), BOTH, image.reference(), "b".repeat(64)))
        .as("by another key")
        .isFalse();
    assertThat(isInOrder(record(CONTENT + " ", all), BOTH, image.reference(), KEY))
        .as("other content")
        .isFalse();
  }

  /** Each piece in turn, with one byte changed. */
  @Test
  void whatIsDamagedIsNot() {
    Signatures all = signed();
    for (int i = 0; i < all.pieces().size(); i++) {
      SignaturePiece piece = all.pieces().get(i);
      byte[] content = piece.content().toArray();
      content[content.length / 2] ^= 1;
      List<SignaturePiece> pieces = new ArrayList<>(all.pieces());
      pieces.set(
          i,
          new SignaturePiece(
              piece.digest(), piece.mediaType(), piece.manifest(), Bytes.of(content)));

      boolean inOrder =
          isInOrder(
              new Signatures(all.by(), all.signatureManifest(), all.bundleManifests(), pieces));

      assertThat(inOrder).as("with another %s", piece.mediaType()).isFalse();
    }
  }

  @Test
  void whatNamesNoDigestsIsNot() {
    Signatures all = signed();

    assertThat(
            isInOrder(
                new Signatures(
                    all.by(), Optional.of("sha256:zz"), all.bundleManifests(), all.pieces())))
        .isFalse();
    assertThat(isInOrder(new Signatures(all.by(), Optional.empty(), List.of("x"), List.of())))
        .isFalse();
  }

  @Test
  void aSignatureOfAnotherKeyThatIsSaidToBeOursIsNot() {
    SignedImage other = SignedImage.of(CONTENT);

    assertThat(
            RecordedSignatures.isInOrder(
                record(CONTENT, signed()),
                BOTH,
                image.reference(),
                KEY,
                other.key().getPublic().getEncoded()))
        .isFalse();
  }
}
