package dev.countermark.gateway.oci;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.Descriptor;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.InvalidManifestException;
import dev.countermark.format.oci.Manifest;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.gateway.views.Readers;
import dev.countermark.gateway.views.SideBySide;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * What those see who see only what is signed ({@link SignedOnly}). A manifest is seen by its
 * record's state. A blob is seen when a manifest that was shown leads to it: before a manifest is
 * answered, each of its blobs gets a mark, so that any replica knows. A blob without one is hidden,
 * whoever uploaded it for whatever.
 */
final class Sight {
  private static final byte[] MARK = {'1'};

  private final BlobStore store;
  private final Records records;
  private final Readers pool;

  /** Manifests and blobs that were seen a moment ago. */
  private final Cache<String, Boolean> seen =
      Caffeine.newBuilder().maximumSize(100_000).expireAfterWrite(Duration.ofSeconds(5)).build();

  /**
   * Manifests whose blobs have their marks, which nothing takes away but their repository's end.
   */
  private final Cache<String, Boolean> marked = Caffeine.newBuilder().maximumSize(20_000).build();

  /**
   * @param pool for the reads of all requests
   */
  Sight(BlobStore store, Readers pool) {
    this.store = store;
    this.records = new Records(store);
    this.pool = pool;
  }

  /** Whether everybody who may read sees it. */
  static boolean isVisible(ManifestRecord manifest) {
    return manifest.state() == State.AVAILABLE || manifest.state() == State.EXEMPT;
  }

  /**
   * Whether the name holds the manifest and everybody who may read sees it. A deletion may go
   * unnoticed for five seconds.
   */
  boolean isVisible(OciName name, String digest) {
    String id = id(name, digest);
    if (seen.getIfPresent(id) != null) {
      return true;
    }
    boolean visible =
        records
            .read(OciKeys.manifest(name.value(), digest), ManifestRecord.class)
            .filter(Sight::isVisible)
            .isPresent();
    if (visible) {
      seen.put(id, true);
    }
    return visible;
  }

  /**
   * Those that pass a look at the store, in their order.
   *
   * @param look may block
   */
  <T> List<T> passing(OciName name, List<T> candidates, Predicate<T> look) {
    SideBySide reads = new SideBySide(pool.of(OciAccess.requiredRepositoryOf(name)));
    List<CompletableFuture<Boolean>> looks = new ArrayList<>();
    candidates.forEach(candidate -> looks.add(reads.read(() -> look.test(candidate))));
    try {
      List<T> passing = new ArrayList<>();
      for (int i = 0; i < candidates.size(); i++) {
        if (SideBySide.joined(looks.get(i))) {
          passing.add(candidates.get(i));
        }
      }
      return passing;
    } finally {
      reads.stop();
    }
  }

  /** Called before a manifest is told to somebody who sees only what is signed. */
  void show(OciName name, ManifestRecord manifest) {
    String own = OciKeys.shown(name.value(), manifest.digest());
    String id = id(name, manifest.digest());
    if (marked.getIfPresent(id) != null) {
      return;
    }
    // The mark of the manifest itself says that those of its blobs are written.
    if (store.head(own).isEmpty()) {
      passing(
          name,
          List.copyOf(blobs(manifest)),
          blob -> store.create(OciKeys.shown(name.value(), blob), MARK).isPresent());
      store.create(own, MARK);
    }
    marked.put(id, true);
  }

  private static Set<String> blobs(ManifestRecord record) {
    Set<String> blobs = new LinkedHashSet<>();
    try {
      Manifest manifest = Manifest.parse(record.content().toArray(), record.mediaType());
      Optional<Descriptor> config = manifest.config();
      config.ifPresent(c -> blobs.add(c.digest().toString()));
      manifest.layers().forEach(layer -> blobs.add(layer.digest().toString()));
    } catch (InvalidManifestException e) {
      return Set.of(); // was checked before it was stored
    }
    return blobs;
  }

  /** Whether a manifest that was shown leads to the blob. */
  boolean isShown(OciName name, Digest blob) {
    String id = id(name, blob.toString());
    if (seen.getIfPresent(id) != null) {
      return true;
    }
    boolean shown = store.head(OciKeys.shown(name.value(), blob.toString())).isPresent();
    if (shown) {
      seen.put(id, true);
    }
    return shown;
  }

  /** What was there of a repository may have gone with it. */
  void forget(RepositoryName repository) {
    for (Cache<String, Boolean> cache : List.of(seen, marked)) {
      cache
          .asMap()
          .keySet()
          .removeIf(id -> id.startsWith(repository + "/") || id.startsWith(repository + "@"));
    }
  }

  private static String id(OciName name, String digest) {
    return name + "@" + digest;
  }
}
