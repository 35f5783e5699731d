package dev.countermark.gateway.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.DeletionRecord;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.TagRecord;
import dev.countermark.format.oci.SignatureTags;
import dev.countermark.format.oci.Tag;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * Takes along what belongs to a manifest that is being deleted: tags, signatures, referrers. Every
 * step may be repeated, so whoever comes after a crash, or after somebody who gave up, begins anew
 * and finds less to do.
 */
final class Deletion {
  /** Referrers of referrers that go along. */
  private static final int DEEPEST = 8;

  /** What the work is made of. */
  record Parts(
      BlobStore store,
      Manifests manifests,
      Referrers referrers,
      SignatureView signatures,
      PlatformPieces pieces,
      Clock clock) {}

  /** So much was done that the rest is to be done by somebody nobody waits for. */
  static final class TooMuchException extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private final Parts parts;
  private final Records records;
  private final TagIndex index;
  private final OciName name;
  private final Digest root;
  private final boolean fallback;
  private int left;

  /**
   * @param most tags and manifests that are looked at
   */
  Deletion(Parts parts, DeletionRecord wanted, int most) {
    this.parts = parts;
    this.records = new Records(parts.store());
    this.index = new TagIndex(parts.store());
    this.name = OciName.parse(wanted.name()).orElseThrow();
    this.root = Digest.of(wanted.digest());
    this.fallback = wanted.fallback();
    this.left = most;
  }

  /**
   * Deletes the manifest's record last.
   *
   * @param manifest of the root
   */
  void run(ManifestRecord manifest) throws TooMuchException {
    delete(manifest, Optional.empty(), 0);
  }

  private void take() throws TooMuchException {
    if (left-- <= 0) {
      throw new TooMuchException();
    }
  }

  /**
   * @param subject to which it refers, if that goes, too
   */
  private void delete(ManifestRecord manifest, Optional<Digest> subject, int depth)
      throws TooMuchException {
    take();
    Digest digest = Digest.of(manifest.digest());
    if (depth < DEEPEST) {
      for (Digest referrer : parts.referrers().of(name, digest)) {
        Optional<ManifestRecord> found = parts.manifests().find(name, referrer);
        if (found.isPresent()) {
          delete(found.get(), Optional.of(digest), depth + 1);
        }
      }
      for (String suffix : List.of("sig", "att", "sbom")) {
        Optional<Tag> tag = SignatureTags.tag(digest, suffix).flatMap(Tag::parse);
        if (tag.isPresent()) {
          deleteWithTag(tag.get(), depth);
        }
      }
    }
    parts.signatures().forget(manifest);
    parts.referrers().deleteAll(name, digest);
    manifest
        .subject()
        .flatMap(Digest::parse)
        // The whole list goes with its subject.
        .filter(s -> !subject.equals(Optional.of(s)))
        .ifPresent(s -> parts.referrers().remove(name, s, digest));
    deleteTagsOf(manifest);
    parts.store().delete(OciKeys.manifest(name.value(), manifest.digest()));
  }

  private void deleteWithTag(Tag tag, int depth) throws TooMuchException {
    Optional<TagRecord> record = parts.manifests().tag(name, tag);
    if (record.isEmpty()) {
      return;
    }
    Optional<ManifestRecord> signature =
        Digest.parse(record.get().digest())
            .flatMap(d -> parts.manifests().find(name, d))
            .filter(m -> m.state() == State.EXEMPT)
            // Anybody can give a signature of ours another image's tag.
            .filter(m -> parts.pieces().subject(name, m).filter(s -> !s.equals(root)).isEmpty());
    if (signature.isPresent()) {
      delete(signature.get(), Optional.empty(), depth + 1);
    }
    parts.store().delete(OciKeys.tag(name.value(), tag.value()));
  }

  private void deleteTagsOf(ManifestRecord manifest) throws TooMuchException {
    boolean all =
        index.each(
            name,
            manifest,
            tag -> {
              if (left-- <= 0) {
                return false;
              }
              records.update(
                  OciKeys.tag(name.value(), tag.value()),
                  TagRecord.class,
                  old -> old.flatMap(t -> without(t, manifest)));
              index.forget(name, manifest.digest(), tag);
              return true;
            });
    if (!all) {
      throw new TooMuchException();
    }
  }

  /** Nobody but its pusher saw a manifest that is hidden: to others the tag is what it was. */
  private Optional<TagRecord> without(TagRecord tag, ManifestRecord manifest) {
    if (!tag.digest().equals(manifest.digest())) {
      return Optional.of(tag);
    }
    return fallback
        ? tag.formerly()
            .filter(d -> Digest.parse(d).flatMap(x -> parts.manifests().find(name, x)).isPresent())
            .findFirst()
            .map(d -> tag.moved(d, false, parts.clock().instant().truncatedTo(ChronoUnit.MILLIS)))
        : Optional.empty();
  }
}
