package dev.countermark.gateway.oci;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.PartsInputStream;
import dev.countermark.blobs.Records;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.BlobRecord;
import dev.countermark.gateway.content.ByteRange;
import dev.countermark.gateway.kit.Failed;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;

/** Reads and deletes blobs. */
final class Blobs {
  private final BlobStore store;
  private final Records records;

  /** Blobs that were there a moment ago: clients push several manifests over the same layers. */
  private final Cache<String, Boolean> present =
      Caffeine.newBuilder().maximumSize(100_000).expireAfterWrite(Duration.ofSeconds(5)).build();

  Blobs(BlobStore store) {
    this.store = store;
    this.records = new Records(store);
  }

  Optional<BlobRecord> find(OciName name, Digest digest) {
    return records.read(OciKeys.blob(name.value(), digest.toString()), BlobRecord.class);
  }

  /**
   * Whether a manifest may refer to the blob. A deletion by another replica may go unnoticed for
   * five seconds, as one does that comes right after the look.
   */
  boolean holds(OciName name, Digest digest) {
    String key = OciKeys.blob(name.value(), digest.toString());
    if (present.getIfPresent(key) != null) {
      return true;
    }
    boolean found = store.head(key).isPresent();
    if (found) {
      present.put(key, true);
    }
    return found;
  }

  /**
   * @throws Failed {@code BLOB_UNKNOWN}
   */
  BlobRecord require(OciName name, Digest digest) {
    return find(name, digest)
        .orElseThrow(() -> OciCode.BLOB_UNKNOWN.failed(name + " holds no blob " + digest));
  }

  /** The bytes of a range; the caller closes the stream. */
  InputStream open(BlobRecord blob, ByteRange range) {
    if (blob.inline().isPresent()) {
      return new ByteArrayInputStream(
          blob.inline().get().toArray(), (int) range.first(), (int) range.length());
    }
    return new PartsInputStream(store, blob.parts(), range.first(), range.length());
  }

  /**
   * @throws Failed {@code BLOB_UNKNOWN}
   */
  void delete(OciName name, Digest digest) {
    String key = OciKeys.blob(name.value(), digest.toString());
    if (store.head(key).isEmpty()) {
      throw OciCode.BLOB_UNKNOWN.failed(name + " holds no blob " + digest);
    }
    store.delete(key);
    present.invalidate(key);
  }
}
