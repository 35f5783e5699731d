package dev.countermark.gateway.oci;

import dev.countermark.format.oci.Descriptor;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.InvalidManifestException;
import dev.countermark.format.oci.Manifest;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.SignatureClaims;
import dev.countermark.format.oci.SignatureLayout;
import dev.countermark.format.oci.SignatureTags;
import dev.countermark.format.oci.Tag;
import dev.countermark.gateway.kit.Failed;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Which manifests and blobs of a name are the platform's signatures, or a part of what their tag
 * shows. They live as long as the image they sign: whoever may delete gets the same answer at every
 * address. A piece says what it is about, and the record of that says whether it is one.
 */
final class PlatformPieces {
  /** Every bundle's config is this, and so is that of many other artifacts. */
  private static final Digest EMPTY_OBJECT = Digest.sha256("{}".getBytes(StandardCharsets.UTF_8));

  private final Manifests manifests;
  private final Blobs blobs;

  PlatformPieces(Manifests manifests, Blobs blobs) {
    this.manifests = manifests;
    this.blobs = blobs;
  }

  /**
   * @throws Failed 405 {@code UNSUPPORTED} when the manifest is the platform's
   */
  void requireOthers(OciName name, ManifestRecord manifest) {
    subject(name, manifest)
        .ifPresent(
            subject -> {
              throw ours();
            });
  }

  /**
   * @throws Failed 405 {@code UNSUPPORTED} when the blob is the platform's
   */
  void requireOthers(OciName name, Digest blob) {
    if (blob.equals(EMPTY_OBJECT) && blobs.holds(name, blob)) {
      throw OciCode.UNSUPPORTED.failed(
          "the empty JSON object belongs to every signature and artifact that has it as its config");
    }
    Optional<byte[]> content = blobs.small(name, blob);
    Optional<Digest> claimed =
        content
            .flatMap(SignatureClaims::subject)
            .or(
                () ->
                    content
                        .flatMap(SignatureClaims::firstPayload)
                        .flatMap(payload -> blobs.small(name, payload))
                        .flatMap(SignatureClaims::subject));
    if (claimed.filter(subject -> isPiece(name, subject, blob)).isPresent()) {
      throw ours();
    }
  }

  static Failed ours() {
    return OciCode.UNSUPPORTED.failed(
        "this signature is the platform's and lives as long as its image");
  }

  /** The manifest that the platform signed by this one; empty when it did not. */
  Optional<Digest> subject(OciName name, ManifestRecord manifest) {
    Digest digest = Digest.of(manifest.digest());
    return claimed(name, manifest).filter(subject -> isPiece(name, subject, digest));
  }

  private Optional<Digest> claimed(OciName name, ManifestRecord record) {
    try {
      Manifest manifest = Manifest.parse(record.content().toArray(), record.mediaType());
      Optional<SignatureLayout> layout = SignatureLayout.claimed(manifest);
      return layout.filter(SignatureLayout.COSIGN_SIGNATURES::equals).isPresent()
          ? blobs.small(name, manifest.layers().get(0)).flatMap(SignatureClaims::subject)
          : manifest.subject().map(Descriptor::digest);
    } catch (InvalidManifestException e) {
      return Optional.empty(); // was checked before it was stored
    }
  }

  private boolean isPiece(OciName name, Digest subject, Digest piece) {
    Optional<ManifestRecord> signed =
        manifests.find(name, subject).filter(m -> m.signatures().isPresent());
    return signed.flatMap(m -> m.signatures().get().piece(piece.toString())).isPresent()
        || signed.isPresent() && isShown(name, subject, piece);
  }

  /** Whether it is, or is the config of, what was put together of ours and users' signatures. */
  private boolean isShown(OciName name, Digest subject, Digest piece) {
    Optional<Tag> tag = SignatureTags.signature(subject).flatMap(Tag::parse);
    Optional<String> pushed = tag.flatMap(t -> manifests.tag(name, t)).map(t -> t.digest());
    return tag.flatMap(t -> manifests.byTag(name, t, false))
        .filter(shown -> pushed.isPresent() && !pushed.get().equals(shown.digest()))
        .filter(shown -> shown.digest().equals(piece.toString()) || hasConfig(shown, piece))
        .isPresent();
  }

  private static boolean hasConfig(ManifestRecord record, Digest config) {
    try {
      return Manifest.parse(record.content().toArray(), record.mediaType())
          .config()
          .filter(c -> c.digest().equals(config))
          .isPresent();
    } catch (InvalidManifestException e) {
      return false; // was made here
    }
  }
}
