package dev.countermark.gateway.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.TagRecord;
import dev.countermark.format.oci.OciRecords.Visibility;
import dev.countermark.format.oci.SignatureTags;
import dev.countermark.format.oci.Tag;
import dev.countermark.gateway.kit.Failed;
import java.util.Optional;

/** Manifests and the tags that point to them, as readers see them. */
final class Manifests {
  private final Records records;
  private final SignatureView signatures;

  Manifests(BlobStore store, SignatureView signatures) {
    this.records = new Records(store);
    this.signatures = signatures;
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
   * @param pusher whether the reader may see what is not signed yet
   * @throws Failed {@code MANIFEST_UNKNOWN}
   */
  Found get(RepositoryRecord repository, OciName name, String reference, boolean pusher) {
    boolean hide =
        repository.settings(new OciFormat()).visibility() == Visibility.AFTER_SIGNING && !pusher;
    Optional<ManifestRecord> found =
        reference.contains(":")
            ? Digest.parse(reference).flatMap(d -> find(name, d)).filter(m -> !hide || visible(m))
            : Tag.parse(reference).flatMap(t -> byTag(name, t, hide));
    return found
        .map(Found::new)
        .orElseThrow(() -> OciCode.MANIFEST_UNKNOWN.failed(name + " holds no " + shown(reference)));
  }

  /** A reference as a message may have it: strangers write it. */
  static String shown(String reference) {
    return Tag.parse(reference).isPresent() || Digest.parse(reference).isPresent()
        ? reference
        : "such reference";
  }

  /** Whether everybody who may read sees it. */
  static boolean visible(ManifestRecord manifest) {
    return manifest.state() == State.AVAILABLE || manifest.state() == State.EXEMPT;
  }

  private Optional<ManifestRecord> byTag(OciName name, Tag tag, boolean hide) {
    Optional<TagRecord> record = tag(name, tag);
    Optional<SignatureTags> signatureTag = SignatureTags.parse(tag.value());
    if (record.isEmpty()) {
      return signatureTag
          .filter(s -> s.suffix().equals("sig"))
          .flatMap(s -> find(name, s.subject()))
          .flatMap(signatures::own);
    }
    Optional<ManifestRecord> current =
        Digest.parse(record.get().digest()).flatMap(d -> find(name, d));
    if (hide && current.filter(Manifests::visible).isEmpty()) {
      return record
          .get()
          .previous()
          .flatMap(Digest::parse)
          .flatMap(d -> find(name, d))
          .filter(Manifests::visible);
    }
    Optional<ManifestRecord> subject =
        signatureTag.filter(s -> s.suffix().equals("sig")).flatMap(s -> find(name, s.subject()));
    return current.isPresent() && subject.isPresent()
        ? Optional.of(signatures.merged(current.get(), subject.get()))
        : current;
  }

  Optional<ManifestRecord> find(OciName name, Digest digest) {
    return records.read(OciKeys.manifest(name.value(), digest.toString()), ManifestRecord.class);
  }

  Optional<TagRecord> tag(OciName name, Tag tag) {
    // An interrupted write of the embedded store may look like another tag: the record knows.
    return records
        .read(OciKeys.tag(name.value(), tag.value()), TagRecord.class)
        .filter(t -> t.tag().equals(tag.value()));
  }
}
