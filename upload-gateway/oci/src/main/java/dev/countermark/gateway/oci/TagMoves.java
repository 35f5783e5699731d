package dev.countermark.gateway.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.LegacySignatures;
import dev.countermark.format.oci.Manifest;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.TagRecord;
import dev.countermark.format.oci.SignatureLayout;
import dev.countermark.format.oci.SignatureTags;
import dev.countermark.format.oci.Tag;
import dev.countermark.gateway.kit.Failed;
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
  private final Clock clock;

  TagMoves(BlobStore store, Manifests manifests, SignatureView signatures, Clock clock) {
    this.records = new Records(store);
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
   * Points a tag to the manifest.
   *
   * @return whether it pointed elsewhere before
   */
  boolean point(ManifestPushes.Push push, Tag tag, ManifestRecord target, Manifest manifest) {
    OciName name = push.name();
    boolean mergeable =
        push.ifMatch().isEmpty()
            && SignatureTags.parse(tag.value()).isPresent()
            && SignatureLayout.claimed(manifest).isPresent();
    boolean[] moved = new boolean[1];
    records.update(
        OciKeys.tag(name.value(), tag.value()),
        TagRecord.class,
        old -> {
          requireCondition(push, old);
          String digest = mergeable ? withOthers(name, old, target).digest() : target.digest();
          moved[0] = old.isEmpty() || !old.get().digest().equals(digest);
          Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
          return moved[0]
              ? old.map(t -> t.moved(digest, isVisible(name, t.digest()), now))
                  .or(() -> Optional.of(new TagRecord(name.value(), tag.value(), digest, now)))
              : old;
        });
    return moved[0];
  }

  /**
   * Signers read a tag, add their layer and write it back; of two at a time the later one would
   * undo the earlier one's. So the tag gets a manifest with the layers of both.
   */
  private ManifestRecord withOthers(OciName name, Optional<TagRecord> old, ManifestRecord target) {
    Optional<ManifestRecord> before =
        old.flatMap(t -> Digest.parse(t.digest())).flatMap(d -> manifests.find(name, d));
    if (before.isEmpty()) {
      return target;
    }
    byte[] earlier = before.get().content().toArray();
    byte[] pushed = target.content().toArray();
    return LegacySignatures.union(pushed, earlier)
        .map(union -> signatures.store(target, union))
        .orElse(target);
  }

  private boolean isVisible(OciName name, String digest) {
    return Digest.parse(digest)
        .flatMap(d -> manifests.find(name, d))
        .filter(Sight::isVisible)
        .isPresent();
  }
}
