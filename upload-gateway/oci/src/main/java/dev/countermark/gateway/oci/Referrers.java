package dev.countermark.gateway.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.Descriptor;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.InvalidManifestException;
import dev.countermark.format.oci.Manifest;
import dev.countermark.format.oci.MediaTypes;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.Referrer;
import dev.countermark.format.oci.OciRecords.ReferrersRecord;
import dev.countermark.format.oci.Tag;
import dev.countermark.gateway.kit.Failed;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What refers to a manifest: users' referrers from one record, the platform's from the subject. */
final class Referrers {
  /** To one subject. Users' list and ours are one answer: it must not become unreadable. */
  private static final int MOST = 1_000;

  private static final int LARGEST = BlobStore.MAX_IN_MEMORY - (1 << 20);

  private final BlobStore store;
  private final Records records;
  private final SignatureView signatures;
  private final Manifests manifests;
  private final Sight sight;

  Referrers(BlobStore store, SignatureView signatures, Manifests manifests, Sight sight) {
    this.store = store;
    this.records = new Records(store);
    this.signatures = signatures;
    this.manifests = manifests;
    this.sight = sight;
  }

  /**
   * Refuses what there is no room for, before anything of it is stored.
   *
   * @param size of the manifest, bytes
   * @throws Failed 413
   */
  void requireRoom(OciName name, Digest subject, Digest digest, Manifest manifest, long size) {
    with(
        records.read(OciKeys.referrers(name.value(), subject.toString()), ReferrersRecord.class),
        subject,
        referrer(digest, manifest, size));
  }

  /**
   * @throws Failed 413 when others came between
   */
  void add(OciName name, Digest subject, Digest digest, Manifest manifest, long size) {
    Referrer entry = referrer(digest, manifest, size);
    records.update(
        OciKeys.referrers(name.value(), subject.toString()),
        ReferrersRecord.class,
        old -> Optional.of(with(old, subject, entry)));
  }

  private static Referrer referrer(Digest digest, Manifest manifest, long size) {
    return new Referrer(
        manifest.mediaType(),
        digest.toString(),
        size,
        manifest.artifactType(),
        manifest.annotations());
  }

  private static ReferrersRecord with(
      Optional<ReferrersRecord> old, Digest subject, Referrer entry) {
    List<Referrer> all = new ArrayList<>(old.map(ReferrersRecord::manifests).orElse(List.of()));
    if (all.stream().anyMatch(r -> r.digest().equals(entry.digest()))) {
      return old.orElseThrow();
    }
    all.add(entry);
    ReferrersRecord more =
        new ReferrersRecord(
            old.map(ReferrersRecord::generation).orElse(0L) + 1, subject.toString(), all);
    if (all.size() > MOST || Json.write(more).length > LARGEST) {
      throw OciCode.SIZE_INVALID.failed(
          413,
          "no more than "
              + MOST
              + " manifests refer to "
              + subject
              + ", and their annotations have 15 MiB in all: delete some of them");
    }
    return more;
  }

  void remove(OciName name, Digest subject, Digest digest) {
    records.update(
        OciKeys.referrers(name.value(), subject.toString()),
        ReferrersRecord.class,
        old ->
            old.filter(
                    r -> r.manifests().stream().anyMatch(m -> m.digest().equals(digest.toString())))
                .map(
                    r ->
                        new ReferrersRecord(
                            r.generation() + 1,
                            r.subject(),
                            r.manifests().stream()
                                .filter(m -> !m.digest().equals(digest.toString()))
                                .toList()))
                .or(() -> old));
  }

  void deleteAll(OciName name, Digest subject) {
    store.delete(OciKeys.referrers(name.value(), subject.toString()));
  }

  /** Digests of what users pushed as referrers to {@code subject}. */
  List<Digest> of(OciName name, Digest subject) {
    return users(name, subject).stream().flatMap(r -> Digest.parse(r.digest()).stream()).toList();
  }

  private List<Referrer> users(OciName name, Digest subject) {
    return records
        .read(OciKeys.referrers(name.value(), subject.toString()), ReferrersRecord.class)
        .map(ReferrersRecord::manifests)
        .orElse(List.of());
  }

  /**
   * The response body: an image index, complete on one page because common clients read no second.
   *
   * @param artifactType only entries of exactly this type
   * @param signedOnly whether the reader sees only what is signed
   */
  byte[] index(OciName name, Digest subject, Optional<String> artifactType, boolean signedOnly) {
    Optional<ManifestRecord> record = manifests.any(name, subject);
    if (record.filter(m -> m.state() == State.DELETED).isPresent()) {
      return write(List.of(), artifactType);
    }
    Map<String, Referrer> others = new LinkedHashMap<>();
    users(name, subject).forEach(r -> others.put(r.digest(), r));
    fallback(name, subject, signedOnly).forEach(r -> others.putIfAbsent(r.digest(), r));
    Map<String, Referrer> all = new LinkedHashMap<>();
    // Ours come first: some clients read a number of them only.
    record
        .map(signatures::bundles)
        .orElse(List.of())
        .forEach(m -> entry(m).ifPresent(r -> all.put(r.digest(), r)));
    List<Referrer> wanted =
        others.values().stream()
            .filter(r -> artifactType.isEmpty() || artifactType.equals(r.artifactType()))
            .toList();
    (signedOnly ? sight.passing(name, wanted, r -> sight.isVisible(name, r.digest())) : wanted)
        .forEach(r -> all.putIfAbsent(r.digest(), r));
    return write(all.values(), artifactType);
  }

  private static Optional<Referrer> entry(ManifestRecord record) {
    try {
      Manifest manifest = Manifest.parse(record.content().toArray(), record.mediaType());
      return Optional.of(
          new Referrer(
              record.mediaType(),
              record.digest(),
              record.content().length(),
              manifest.artifactType(),
              manifest.annotations()));
    } catch (InvalidManifestException e) {
      return Optional.empty(); // was checked before it was stored
    }
  }

  /** What clients without the referrers API kept under the tag {@code sha256-<hex>}. */
  private List<Referrer> fallback(OciName name, Digest subject, boolean signedOnly) {
    String tag = subject.algorithm() + "-" + subject.encoded();
    if (tag.length() > 97) {
      tag = tag.substring(0, subject.algorithm().length() + 1 + 64);
    }
    Optional<ManifestRecord> index =
        manifests
            .byTag(name, new Tag(tag), signedOnly)
            .filter(m -> m.mediaType().equals(MediaTypes.OCI_INDEX));
    if (index.isEmpty()) {
      return List.of();
    }
    try {
      List<Referrer> entries = new ArrayList<>();
      for (Descriptor d :
          Manifest.parse(index.get().content().toArray(), index.get().mediaType()).children()) {
        entries.add(
            new Referrer(
                d.mediaType(), d.digest().toString(), d.size(), d.artifactType(), d.annotations()));
      }
      return entries;
    } catch (InvalidManifestException e) {
      return List.of();
    }
  }

  /** The members in the order of the specification. */
  private record Index(int schemaVersion, String mediaType, List<Entry> manifests) {}

  private record Entry(
      String mediaType,
      String digest,
      long size,
      Optional<String> artifactType,
      Optional<Map<String, String>> annotations) {}

  private static byte[] write(Collection<Referrer> referrers, Optional<String> artifactType) {
    List<Entry> entries =
        referrers.stream()
            .filter(r -> artifactType.isEmpty() || artifactType.equals(r.artifactType()))
            .map(
                r ->
                    new Entry(
                        r.mediaType(),
                        r.digest(),
                        r.size(),
                        r.artifactType(),
                        r.annotations().isEmpty()
                            ? Optional.empty()
                            : Optional.of(r.annotations())))
            .toList();
    return Json.write(new Index(2, MediaTypes.OCI_INDEX, entries));
  }
}
