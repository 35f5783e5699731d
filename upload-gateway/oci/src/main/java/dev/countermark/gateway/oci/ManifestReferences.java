package dev.countermark.gateway.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.Manifest;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.gateway.kit.Failed;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/** What a manifest refers to: it is taken only when all of that is there. */
final class ManifestReferences {
  private final BlobStore store;
  private final Blobs blobs;
  private final Executor reads;

  /**
   * @param reads runs independent reads of one request side by side
   */
  ManifestReferences(BlobStore store, Blobs blobs, Executor reads) {
    this.store = store;
    this.blobs = blobs;
    this.reads = reads;
  }

  /**
   * @throws Failed {@code MANIFEST_BLOB_UNKNOWN}
   */
  void require(OciName name, Manifest manifest) {
    List<CompletableFuture<Optional<Digest>>> checks = new ArrayList<>();
    ask(manifest.requiredBlobs(), d -> blobs.holds(name, d), checks);
    ask(
        manifest.requiredManifests(),
        d -> store.head(OciKeys.manifest(name.value(), d.toString())).isPresent(),
        checks);
    try {
      for (CompletableFuture<Optional<Digest>> check : checks) {
        Optional<Digest> missing = check.join();
        if (missing.isPresent()) {
          throw OciCode.MANIFEST_BLOB_UNKNOWN.failed(
              "push " + missing.get() + " first: the manifest refers to it");
        }
      }
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private void ask(
      Collection<Digest> digests,
      Predicate<Digest> present,
      List<CompletableFuture<Optional<Digest>>> checks) {
    for (Digest digest : digests) {
      checks.add(
          CompletableFuture.supplyAsync(
              () -> present.test(digest) ? Optional.empty() : Optional.of(digest), reads));
    }
  }
}
