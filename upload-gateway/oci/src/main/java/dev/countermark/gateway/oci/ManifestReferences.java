package dev.countermark.gateway.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.Manifest;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.SignatureLayout;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.views.SideBySide;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/** What a manifest refers to: it is taken only when all of that is there. */
final class ManifestReferences {
  private final BlobStore store;
  private final Blobs blobs;
  private final Executor pool;

  /**
   * @param pool for the reads of all requests
   */
  ManifestReferences(BlobStore store, Blobs blobs, Executor pool) {
    this.store = store;
    this.blobs = blobs;
    this.pool = pool;
  }

  /**
   * @throws Failed {@code MANIFEST_BLOB_UNKNOWN}
   */
  void require(OciName name, Manifest manifest) {
    SideBySide reads = new SideBySide(pool);
    List<CompletableFuture<Optional<Digest>>> checks = new ArrayList<>();
    ask(reads, manifest.requiredBlobs(), d -> blobs.holds(name, d), checks);
    ask(
        reads,
        manifest.requiredManifests(),
        d -> store.head(OciKeys.manifest(name.value(), d.toString())).isPresent(),
        checks);
    try {
      for (CompletableFuture<Optional<Digest>> check : checks) {
        Optional<Digest> missing = SideBySide.joined(check);
        if (missing.isPresent()) {
          throw OciCode.MANIFEST_BLOB_UNKNOWN.failed(
              "push " + missing.get() + " first: the manifest refers to it");
        }
      }
    } finally {
      reads.stop(); // the first that is missing answers for all
    }
  }

  /** What the manifest is when it is never signed; its blobs are there. */
  Optional<SignatureLayout> layout(OciName name, Manifest manifest) {
    return SignatureLayout.of(manifest, descriptor -> blobs.small(name, descriptor));
  }

  private static void ask(
      SideBySide reads,
      Collection<Digest> digests,
      Predicate<Digest> present,
      List<CompletableFuture<Optional<Digest>>> checks) {
    for (Digest digest : digests) {
      checks.add(reads.read(() -> present.test(digest) ? Optional.empty() : Optional.of(digest)));
    }
  }
}
