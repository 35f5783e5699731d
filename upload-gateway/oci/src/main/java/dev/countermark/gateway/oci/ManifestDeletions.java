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
import dev.countermark.gateway.kit.Failed;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Deletes manifests, with what belongs to them, and tags. */
final class ManifestDeletions {
  private final BlobStore store;
  private final Records records;
  private final Manifests manifests;
  private final Referrers referrers;
  private final SignatureView signatures;
  private final PlatformPieces pieces;
  private final Clock clock;

  ManifestDeletions(
      BlobStore store,
      Manifests manifests,
      Referrers referrers,
      SignatureView signatures,
      PlatformPieces pieces,
      Clock clock) {
    this.store = store;
    this.records = new Records(store);
    this.manifests = manifests;
    this.referrers = referrers;
    this.signatures = signatures;
    this.pieces = pieces;
    this.clock = clock;
  }

  /**
   * Deletes a tag, or a manifest with its tags, signatures and referrers.
   *
   * @throws Failed {@code MANIFEST_UNKNOWN}
   */
  void delete(RepositoryRecord repository, OciName name, String reference) {
    if (reference.contains(":")) {
      Digest digest =
          Digest.parse(reference)
              .orElseThrow(
                  () ->
                      OciCode.DIGEST_INVALID.failed("not a digest: " + Manifests.shown(reference)));
      ManifestRecord manifest =
          manifests
              .find(name, digest)
              .orElseThrow(() -> OciCode.MANIFEST_UNKNOWN.failed(name + " holds no " + digest));
      pieces.requireOthers(name, manifest);
      new Deletion(name, digest, SignedOnly.isRule(repository)).delete(manifest, 0);
      return;
    }
    Tag tag =
        Tag.parse(reference)
            .orElseThrow(() -> OciCode.MANIFEST_UNKNOWN.failed("there is no such tag"));
    if (manifests.tag(name, tag).isEmpty()) {
      boolean virtual =
          SignatureTags.parse(tag.value())
              .filter(s -> s.suffix().equals("sig"))
              .flatMap(s -> manifests.find(name, s.subject()))
              .flatMap(ManifestRecord::signatures)
              .isPresent();
      throw virtual
          ? PlatformPieces.ours()
          : OciCode.MANIFEST_UNKNOWN.failed(name + " has no tag " + tag);
    }
    store.delete(OciKeys.tag(name.value(), tag.value()));
  }

  /**
   * The deletion of one manifest and what belongs to it.
   *
   * @param root the manifest that somebody wants deleted
   * @param signedOnly whether readers still see what a tag showed before an unsigned one was pushed
   */
  private final class Deletion {
    private final OciName name;
    private final Digest root;
    private final boolean signedOnly;

    Deletion(OciName name, Digest root, boolean signedOnly) {
      this.name = name;
      this.root = root;
      this.signedOnly = signedOnly;
    }

    /** The manifest's own record goes last: a crash leaves something that can be deleted again. */
    void delete(ManifestRecord manifest, int depth) {
      Digest digest = Digest.of(manifest.digest());
      if (depth < 8) {
        for (Digest referrer : referrers.of(name, digest)) {
          manifests.find(name, referrer).ifPresent(r -> delete(r, depth + 1));
        }
        for (String suffix : List.of("sig", "att", "sbom")) {
          SignatureTags.tag(digest, suffix)
              .flatMap(Tag::parse)
              .ifPresent(tag -> deleteWithTag(tag, depth));
        }
      }
      signatures.forget(manifest);
      referrers.deleteAll(name, digest);
      manifest
          .subject()
          .flatMap(Digest::parse)
          .ifPresent(subject -> referrers.remove(name, subject, digest));
      deleteTagsOf(manifest);
      store.delete(OciKeys.manifest(name.value(), manifest.digest()));
    }

    private void deleteWithTag(Tag tag, int depth) {
      manifests
          .tag(name, tag)
          .ifPresent(
              record -> {
                Digest.parse(record.digest())
                    .flatMap(d -> manifests.find(name, d))
                    .filter(m -> m.state() == State.EXEMPT)
                    // Anybody can give a signature of ours another image's tag.
                    .filter(m -> pieces.subject(name, m).filter(s -> !s.equals(root)).isEmpty())
                    .ifPresent(m -> delete(m, depth + 1));
                store.delete(OciKeys.tag(name.value(), tag.value()));
              });
    }

    private void deleteTagsOf(ManifestRecord manifest) {
      String prefix = OciKeys.tags(name.value());
      String after = "";
      BlobStore.Page page;
      do {
        page = store.list(prefix, after, 1000);
        for (BlobStore.Entry entry : page.entries()) {
          after = entry.key();
          records.update(
              entry.key(), TagRecord.class, old -> old.flatMap(t -> without(t, manifest)));
        }
      } while (page.more());
    }

    /** Nobody but its pusher saw a manifest that is hidden: to others the tag is what it was. */
    private Optional<TagRecord> without(TagRecord tag, ManifestRecord manifest) {
      if (!tag.digest().equals(manifest.digest())) {
        return Optional.of(tag);
      }
      return signedOnly && !Sight.isVisible(manifest)
          ? tag.formerly()
              .filter(d -> Digest.parse(d).flatMap(x -> manifests.find(name, x)).isPresent())
              .findFirst()
              .map(d -> tag.moved(d, false, clock.instant().truncatedTo(ChronoUnit.MILLIS)))
          : Optional.empty();
    }
  }
}
