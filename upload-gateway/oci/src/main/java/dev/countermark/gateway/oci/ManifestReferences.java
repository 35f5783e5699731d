package dev.countermark.gateway.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.InvalidManifestException;
import dev.countermark.format.oci.Manifest;
import dev.countermark.format.oci.MediaTypes;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.SignatureLayout;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.views.Readers;
import dev.countermark.gateway.views.SideBySide;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** What a manifest refers to: it is taken only when all of that is there. */
final class ManifestReferences {
  private final Records records;
  private final Blobs blobs;
  private final Readers pool;

  /**
   * @param pool for the reads of all requests
   */
  ManifestReferences(BlobStore store, Blobs blobs, Readers pool) {
    this.records = new Records(store);
    this.blobs = blobs;
    this.pool = pool;
  }

  /**
   * @param repository that lets it in
   * @throws Failed {@code MANIFEST_BLOB_UNKNOWN} when something is missing that must be there,
   *     {@code MANIFEST_INVALID} when an index is one that no signer will sign
   */
  void require(RepositoryRecord repository, OciName name, Manifest manifest) {
    SideBySide reads = new SideBySide(pool.of(OciAccess.requiredRepositoryOf(name)));
    List<CompletableFuture<Optional<Digest>>> checks = new ArrayList<>();
    for (Digest blob : manifest.requiredBlobs()) {
      checks.add(reads.read(() -> blobs.holds(name, blob) ? Optional.empty() : Optional.of(blob)));
    }
    try {
      for (CompletableFuture<Optional<Digest>> check : checks) {
        Optional<Digest> missing = SideBySide.joined(check);
        if (missing.isPresent()) {
          throw missing(missing.get());
        }
      }
    } finally {
      reads.stop(); // the first that is missing answers for all
    }
    if (manifest.isIndex()) {
      new IndexWalk(repository, name).height(manifest.requiredManifests(), 1);
    }
  }

  private static Failed missing(Digest digest) {
    return OciCode.MANIFEST_BLOB_UNKNOWN.failed(
        "push " + digest + " first: the manifest refers to it");
  }

  /**
   * What is told of a manifest within an index.
   *
   * @param refusal why it will never be signed, if it will not
   * @param within what it lists; absent of an image
   */
  private record Child(Optional<String> refusal, Optional<Set<Digest>> within) {
    static Child of(ManifestRecord record) {
      Optional<Set<Digest>> within = Optional.empty();
      if (MediaTypes.isIndex(record.mediaType())) {
        try {
          within =
              Optional.of(
                  Manifest.parse(record.content().toArray(), record.mediaType())
                      .requiredManifests());
        } catch (InvalidManifestException e) {
          within = Optional.of(Set.of()); // was checked before it was stored
        }
      }
      boolean refused = record.state() == State.REFUSED;
      return new Child(
          refused ? record.refusal().map(note -> note.code().name()) : Optional.empty(), within);
    }
  }

  /** All below an index, by the same limits as when it is signed. */
  private final class IndexWalk {
    private final RepositoryRecord repository;
    private final OciName name;
    private final boolean sparse;
    private final Map<Digest, Integer> heights = new HashMap<>();
    private int count = 1;

    IndexWalk(RepositoryRecord repository, OciName name) {
      this.repository = repository;
      this.name = name;
      this.sparse = repository.settings(new OciFormat()).sparseIndexes();
    }

    /**
     * @param listed by an index
     * @param depth of that index, 1 for the one that is pushed
     * @return indexes from that one down to the deepest
     */
    int height(Set<Digest> listed, int depth) {
      if (depth > Manifest.DEEPEST) {
        throw tooDeep();
      }
      List<Digest> unknown = listed.stream().filter(d -> !heights.containsKey(d)).toList();
      count += unknown.size();
      if (count > Manifest.MOST) {
        throw OciCode.MANIFEST_INVALID.failed(
            "an index has at most " + Manifest.MOST + " manifests, itself counted");
      }
      Map<Digest, Child> children = read(unknown, depth);
      for (Digest digest : unknown) {
        Optional<Set<Digest>> within =
            Optional.ofNullable(children.get(digest)).flatMap(Child::within);
        heights.put(digest, within.map(w -> height(w, depth + 1)).orElse(0));
      }
      int height = 1 + listed.stream().mapToInt(heights::get).max().orElse(0);
      if (depth - 1 + height > Manifest.DEEPEST) {
        throw tooDeep();
      }
      return height;
    }

    private static Failed tooDeep() {
      return OciCode.MANIFEST_INVALID.failed(
          "an index has at most " + Manifest.DEEPEST + " indexes in each other, itself counted");
    }

    /**
     * What an inner index lists may have been deleted since; it was signed before. What a sparse
     * one lists comes later or never: it is signed and shown by itself, as if nobody had listed it,
     * and the index says no more of it than its digest.
     */
    private Map<Digest, Child> read(List<Digest> digests, int depth) {
      SideBySide reads = new SideBySide(pool.of(OciAccess.requiredRepositoryOf(name)));
      Map<Digest, CompletableFuture<Optional<Child>>> looks = new LinkedHashMap<>();
      for (Digest digest : digests) {
        looks.put(digest, reads.read(() -> child(digest)));
      }
      Map<Digest, Child> children = new HashMap<>();
      try {
        for (Map.Entry<Digest, CompletableFuture<Optional<Child>>> look : looks.entrySet()) {
          Optional<Child> child = SideBySide.joined(look.getValue());
          if (child.isEmpty() && depth == 1 && !sparse) {
            throw missing(look.getKey());
          }
          child.ifPresent(c -> children.put(look.getKey(), c));
          requireSignable(look.getKey(), child);
        }
      } finally {
        reads.stop();
      }
      return children;
    }

    private Optional<Child> child(Digest digest) {
      return records
          .read(OciKeys.manifest(name.value(), digest.toString()), ManifestRecord.class)
          .filter(m -> m.state() != State.DELETED && m.isOf(repository))
          .map(Child::of);
    }

    private static void requireSignable(Digest digest, Optional<Child> child) {
      child
          .flatMap(Child::refusal)
          .ifPresent(
              code -> {
                throw OciCode.MANIFEST_INVALID.failed(
                    digest + " was refused (" + code + "): an index that has it is not signed");
              });
    }
  }

  /** In which manifests are looked for. */
  Records records() {
    return records;
  }

  /** What the manifest is when it is never signed; its blobs are there. */
  Optional<SignatureLayout> layout(OciName name, Manifest manifest) {
    return SignatureLayout.of(manifest, descriptor -> blobs.small(name, descriptor));
  }
}
