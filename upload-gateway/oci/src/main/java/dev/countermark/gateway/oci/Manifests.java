package dev.countermark.gateway.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.TagRecord;
import dev.countermark.format.oci.SignatureTags;
import dev.countermark.format.oci.Tag;
import dev.countermark.gateway.integrity.Integrity;
import dev.countermark.gateway.integrity.Sum;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.Fence;
import java.util.Optional;
import java.util.stream.Stream;

/** Manifests and the tags that point to them, as readers see them. */
final class Manifests {
  private final Records records;
  private final SignatureView signatures;
  private final Sight sight;
  private final Integrity integrity;
  private final Fence fence;

  Manifests(BlobStore store, SignatureView signatures, Sight sight) {
    this(store, signatures, sight, Integrity.alone(store), Fence.open());
  }

  /**
   * @param fence hides what was left of earlier repositories
   */
  Manifests(
      BlobStore store, SignatureView signatures, Sight sight, Integrity integrity, Fence fence) {
    this.fence = fence;
    this.records = new Records(store);
    this.signatures = signatures;
    this.sight = sight;
    this.integrity = integrity;
  }

  /**
   * What a reader gets.
   *
   * @param pending whether its signatures are not in place yet
   */
  record Found(ManifestRecord manifest, boolean pending) {
    Found(ManifestRecord manifest) {
      this(manifest, manifest.state() == State.RECEIVED);
    }
  }

  /**
   * @param repository as it was when the reader was let in
   * @param signedOnly whether the reader sees only what is signed
   * @throws Failed {@code MANIFEST_UNKNOWN}
   */
  Found get(RepositoryRecord repository, OciName name, String reference, boolean signedOnly) {
    Optional<ManifestRecord> found =
        (reference.contains(":")
                ? Digest.parse(reference)
                    .flatMap(d -> find(name, d))
                    .filter(m -> !signedOnly || Sight.isVisible(m))
                : Tag.parse(reference).flatMap(t -> byTag(name, t, signedOnly)))
            .filter(manifest -> fence.shows(repository, manifest));
    if (signedOnly) {
      found.ifPresent(manifest -> sight.show(name, manifest));
    }
    found.ifPresent(this::requireRight);
    return found
        .map(Found::new)
        .orElseThrow(() -> OciCode.MANIFEST_UNKNOWN.failed(name + " holds no " + shown(reference)));
  }

  private void requireRight(ManifestRecord manifest) {
    Sum.parse(manifest.digest())
        .ifPresent(
            sum ->
                integrity.require(
                    OciKeys.manifest(manifest.name(), manifest.digest()),
                    sum,
                    manifest.content().toArray()));
  }

  /** A reference as a message may have it: strangers write it. */
  static String shown(String reference) {
    return Tag.parse(reference).isPresent() || Digest.parse(reference).isPresent()
        ? reference
        : "such reference";
  }

  /** What a tag shows. */
  Optional<ManifestRecord> byTag(OciName name, Tag tag, boolean signedOnly) {
    Optional<TagRecord> record = tag(name, tag);
    Optional<SignatureTags> signatureTag =
        SignatureTags.parse(tag.value()).filter(s -> s.suffix().equals("sig"));
    if (record.isEmpty()) {
      return signatureTag.flatMap(s -> find(name, s.subject())).flatMap(signatures::own);
    }
    Optional<ManifestRecord> target = target(name, record.get(), signedOnly);
    Optional<ManifestRecord> subject = signatureTag.flatMap(s -> find(name, s.subject()));
    return target.isPresent() && subject.isPresent()
        ? Optional.of(signatures.merged(target.get(), subject.get()))
        : target;
  }

  /** The last one that a reader may see, if not all. */
  private Optional<ManifestRecord> target(OciName name, TagRecord tag, boolean signedOnly) {
    Optional<ManifestRecord> current = find(name, tag.digest());
    if (!signedOnly || current.filter(Sight::isVisible).isPresent()) {
      return current;
    }
    return tag.formerly()
        .flatMap(digest -> find(name, digest).stream())
        .filter(Sight::isVisible)
        .findFirst();
  }

  /** Whether a tag of the list shows anything to those who see only what is signed. */
  boolean isVisible(OciName name, Tag tag) {
    return tag(name, tag)
        .filter(
            record ->
                Stream.concat(Stream.of(record.digest()), record.formerly())
                    .anyMatch(digest -> sight.isVisible(name, digest)))
        .isPresent();
  }

  private Optional<ManifestRecord> find(OciName name, String digest) {
    return Digest.parse(digest).flatMap(d -> find(name, d));
  }

  Optional<ManifestRecord> find(OciName name, Digest digest) {
    return any(name, digest).filter(m -> m.state() != State.DELETED);
  }

  /** Also one that is being deleted. */
  Optional<ManifestRecord> any(OciName name, Digest digest) {
    return integrity.read(OciKeys.manifest(name.value(), digest.toString()), ManifestRecord.class);
  }

  Optional<TagRecord> tag(OciName name, Tag tag) {
    // An interrupted write of the embedded store may look like another tag: the record knows.
    return records
        .read(OciKeys.tag(name.value(), tag.value()), TagRecord.class)
        .filter(t -> t.tag().equals(tag.value()));
  }
}
