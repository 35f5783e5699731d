package dev.countermark.gateway.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.LegacySignatures;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.TagRecord;
import dev.countermark.format.oci.SignatureLayout;
import dev.countermark.format.oci.SignatureTags;
import dev.countermark.format.oci.Tag;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.ObjectChanges;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Points tags to manifests. */
final class TagMoves {
  private final Records records;
  private final Manifests manifests;
  private final SignatureView signatures;
  private final TagIndex index;
  private final ObjectChanges changes;
  private final Clock clock;

  TagMoves(
      BlobStore store,
      Manifests manifests,
      SignatureView signatures,
      ObjectChanges changes,
      Clock clock) {
    this.changes = changes;
    this.records = new Records(store);
    this.index = new TagIndex(store);
    this.manifests = manifests;
    this.signatures = signatures;
    this.clock = clock;
  }

  /**
   * Asks for the first tag's state before anything is written; of the others nobody said anything.
   *
   * @throws Failed 412 when it is not what the push expects
   */
  void requireCondition(ManifestPushes.Push push, List<Tag> tags) {
    if (push.ifMatch().isEmpty() && !push.ifNoneMatch() || tags.isEmpty()) {
      return;
    }
    requireCondition(push, manifests.tag(push.name(), tags.get(0)));
  }

  private static void requireCondition(ManifestPushes.Push push, Optional<TagRecord> now) {
    boolean holds =
        push.ifNoneMatch()
            ? now.isEmpty()
            : push.ifMatch().isEmpty()
                || now.map(t -> t.digest().equals(push.ifMatch().get())).orElse(false);
    if (!holds) {
      throw OciCode.DENIED.failed(412, "the tag is not what the request expects");
    }
  }

  /**
   * Asks for immutable tags before anything is written.
   *
   * @param digest of what is pushed
   * @throws Failed 403 {@code DENIED} when one points elsewhere
   */
  void requireMovable(ImmutableTags immutable, OciName name, List<Tag> tags, Digest digest) {
    for (Tag tag : tags) {
      if (immutable.cover(tag)) {
        requireMovable(immutable, tag, manifests.tag(name, tag), digest.toString());
      }
    }
  }

  /** What points to nothing any more is nobody's. */
  private void requireMovable(
      ImmutableTags immutable, Tag tag, Optional<TagRecord> now, String digest) {
    boolean moves =
        immutable.cover(tag)
            && now.filter(t -> !t.digest().equals(digest))
                .filter(
                    t ->
                        Digest.parse(t.digest())
                            .flatMap(
                                d -> OciName.parse(t.name()).flatMap(n -> manifests.find(n, d)))
                            .isPresent())
                .isPresent();
    if (moves) {
      throw immutable.refusal(tag);
    }
  }

  /**
   * Beside an image, its signature tag is for signatures: whatever else clients find there, they
   * take it for the signatures, or give up.
   *
   * @param layout what is pushed
   * @throws Failed 403 {@code DENIED}
   */
  void requireSignatures(OciName name, List<Tag> tags, Optional<SignatureLayout> layout) {
    if (layout.filter(SignatureLayout.COSIGN_SIGNATURES::equals).isPresent()) {
      return;
    }
    for (Tag tag : tags) {
      Optional<Digest> subject = signatureTag(tag);
      if (subject.isPresent() && manifests.find(name, subject.get()).isPresent()) {
        throw OciCode.DENIED.failed(
            "the tag "
                + tag
                + " is for the signatures of "
                + subject.get()
                + ", in the layout of cosign 2: this manifest is none. Give it another tag");
      }
    }
  }

  private static Optional<Digest> signatureTag(Tag tag) {
    return SignatureTags.parse(tag.value())
        .filter(s -> s.suffix().equals("sig"))
        .map(SignatureTags::subject);
  }

  /**
   * Points a tag to the manifest.
   *
   * @return whether it pointed elsewhere before
   * @throws Failed 403 {@code DENIED} when it must not
   */
  boolean point(ImmutableTags immutable, ManifestPushes.Push push, Tag tag, ManifestRecord target) {
    OciName name = push.name();
    // Attestations are replaced by whoever means to: there is none of ours to keep among them.
    Optional<Digest> signed =
        signatureTag(tag).filter(s -> push.ifMatch().isEmpty() && target.state() == State.EXEMPT);
    boolean[] moved = new boolean[1];
    records.update(
        OciKeys.tag(name.value(), tag.value()),
        TagRecord.class,
        old -> {
          requireCondition(push, old);
          requireMovable(immutable, tag, old, target.digest());
          ManifestRecord shown =
              signed
                  .flatMap(subject -> old.map(t -> withOthers(name, t, subject, target)))
                  .orElse(target);
          String digest = shown.digest();
          moved[0] = old.isEmpty() || !old.get().digest().equals(digest);
          if (moved[0]) {
            index.note(shown, tag);
          }
          Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
          return moved[0]
              ? old.map(t -> t.moved(digest, isVisible(name, t.digest()), now))
                  .or(() -> Optional.of(new TagRecord(name.value(), tag.value(), digest, now)))
              : old;
        });
    if (moved[0]) {
      changes.changed(new OciFormat(), target.repository(), OciKeys.tag(name.value(), tag.value()));
    }
    return moved[0];
  }

  /**
   * Signers read a tag, add their layer and write it back; of two at a time the later one would
   * undo the earlier one's. So the tag gets a manifest with the layers of both. Who takes layers
   * away, having seen them, has his way.
   */
  private ManifestRecord withOthers(
      OciName name, TagRecord tag, Digest subject, ManifestRecord target) {
    Optional<byte[]> current =
        Digest.parse(tag.digest())
            .flatMap(d -> manifests.find(name, d))
            .filter(m -> m.state() == State.EXEMPT)
            .map(m -> m.content().toArray());
    Optional<byte[]> own =
        manifests
            .find(name, subject)
            .flatMap(signatures::piece)
            .map(piece -> piece.content().toArray());
    byte[] pushed = target.content().toArray();
    if (current.filter(c -> LegacySignatures.raced(c, pushed, own)).isEmpty()) {
      return target;
    }
    return LegacySignatures.union(current.get(), pushed)
        .map(union -> signatures.store(target, union))
        .orElseThrow(
            () ->
                OciCode.DENIED.failed(
                    "the tag "
                        + tag.tag()
                        + " would have more than the "
                        + LegacySignatures.MOST_LAYERS
                        + " signatures, or the 4 MiB, that clients read"));
  }

  private boolean isVisible(OciName name, String digest) {
    return Digest.parse(digest)
        .flatMap(d -> manifests.find(name, d))
        .filter(Sight::isVisible)
        .isPresent();
  }
}
