package dev.countermark.gateway.oci;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.PartsInputStream;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.oci.Descriptor;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.BlobRecord;
import dev.countermark.format.oci.SignatureLayout;
import dev.countermark.gateway.content.FileBody;
import dev.countermark.gateway.integrity.Integrity;
import dev.countermark.gateway.integrity.Sum;
import dev.countermark.gateway.kit.Failed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Reads and deletes blobs. A blob is an object of its own, or a record says where its bytes are;
 * who asks for it does not see which.
 */
final class Blobs {
  private final BlobStore store;
  private final Integrity integrity;

  /** Blobs that were there a moment ago: clients push several manifests over the same layers. */
  private final Cache<String, Boolean> present =
      Caffeine.newBuilder().maximumSize(100_000).expireAfterWrite(Duration.ofSeconds(5)).build();

  Blobs(BlobStore store) {
    this(store, Integrity.alone(store));
  }

  Blobs(BlobStore store, Integrity integrity) {
    this.store = store;
    this.integrity = integrity;
  }

  /**
   * A blob that a name holds.
   *
   * @param size bytes
   * @param check see {@link #requireRight}
   * @param bytes opens a range
   */
  record Blob(long size, Consumer<Boolean> check, FileBody.Opener bytes) {
    /**
     * Before anything of it is handed out.
     *
     * @param range whether only a range of it is wanted
     * @throws dev.countermark.gateway.integrity.DamagedException when it is damaged
     */
    void requireRight(boolean range) {
      check.accept(range);
    }
  }

  Optional<Blob> find(OciName name, Digest digest) {
    String bytes = OciKeys.blobBytes(name.value(), digest.toString());
    Sum sum = new Sum(digest.algorithm(), digest.encoded());
    Optional<Blob> object =
        store
            .head(bytes)
            .map(
                info ->
                    new Blob(
                        info.size(),
                        range -> integrity.require(bytes, sum, info.size(), range),
                        (first, length) -> new PartsInputStream(store, bytes, first, length)));
    // What came in both forms is handed out in the one that is right.
    return object.isPresent() && !integrity.isHeld(bytes)
        ? object
        : recorded(name, digest, sum).or(() -> object);
  }

  private Optional<Blob> recorded(OciName name, Digest digest, Sum sum) {
    String key = OciKeys.blob(name.value(), digest.toString());
    return integrity
        .read(key, BlobRecord.class)
        .map(
            record ->
                new Blob(
                    record.size(),
                    range -> check(key, record, sum, range),
                    (first, length) -> open(record, first, length)));
  }

  private void check(String key, BlobRecord blob, Sum sum, boolean range) {
    if (blob.inline().isPresent()) {
      integrity.require(key, sum, blob.inline().get().toArray());
    } else {
      integrity.require(key, blob.parts(), range);
    }
  }

  /** What lies at a key was brought again. */
  void replaced(String key) {
    integrity.replaced(key);
  }

  /** Whether a name's blob is known to be damaged: whoever brings it again is welcome. */
  boolean isDamaged(OciName name, Digest digest) {
    return integrity.isHeld(OciKeys.blobBytes(name.value(), digest.toString()))
        || integrity.isHeld(OciKeys.blob(name.value(), digest.toString()));
  }

  /**
   * The whole of a small blob, to see what it is.
   *
   * @return empty when there is none of the size that the descriptor says, or it is larger than
   *     {@link SignatureLayout#LARGEST_BLOB}
   */
  Optional<byte[]> small(OciName name, Descriptor descriptor) {
    return descriptor.size() > SignatureLayout.LARGEST_BLOB
        ? Optional.empty()
        : find(name, descriptor.digest())
            .filter(blob -> blob.size() == descriptor.size())
            .map(Blobs::whole);
  }

  /** The same, of a blob of whatever size. */
  Optional<byte[]> small(OciName name, Digest digest) {
    return find(name, digest)
        .filter(blob -> blob.size() <= SignatureLayout.LARGEST_BLOB)
        .map(Blobs::whole);
  }

  private static byte[] whole(Blob blob) {
    if (blob.size() == 0) {
      return new byte[0];
    }
    try (InputStream in = blob.bytes().open(0, blob.size())) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new Failure.Transient("the object store broke off while a blob was read", e);
    }
  }

  private InputStream open(BlobRecord blob, long first, long length) {
    if (blob.inline().isPresent()) {
      return new ByteArrayInputStream(blob.inline().get().toArray(), (int) first, (int) length);
    }
    return new PartsInputStream(store, blob.parts(), first, length);
  }

  /**
   * Whether a manifest may refer to the blob. A deletion by another replica may go unnoticed for
   * five seconds, as one does that comes right after the look.
   */
  boolean holds(OciName name, Digest digest) {
    if (isDamaged(name, digest)) {
      return false;
    }
    if (present.getIfPresent(id(name, digest)) != null) {
      return true;
    }
    boolean found =
        store.head(OciKeys.blobBytes(name.value(), digest.toString())).isPresent()
            || store.head(OciKeys.blob(name.value(), digest.toString())).isPresent();
    if (found) {
      came(name, digest);
    }
    return found;
  }

  /** Spares the manifest that follows an upload the look for its blobs. */
  void came(OciName name, Digest digest) {
    present.put(id(name, digest), true);
  }

  /** What was there of a repository may have gone with it. */
  void forget(RepositoryName repository) {
    present
        .asMap()
        .keySet()
        .removeIf(id -> id.startsWith(repository + "/") || id.startsWith(repository + "@"));
  }

  private static String id(OciName name, Digest digest) {
    return name + "@" + digest;
  }

  /**
   * @throws Failed {@code BLOB_UNKNOWN}
   */
  Blob require(OciName name, Digest digest) {
    return find(name, digest).orElseThrow(() -> unknown(name, digest));
  }

  static Failed unknown(OciName name, Digest digest) {
    return OciCode.BLOB_UNKNOWN.failed(name + " holds no blob " + digest);
  }

  /**
   * @throws Failed {@code BLOB_UNKNOWN}
   */
  void delete(OciName name, Digest digest) {
    // In both forms, if it came in both.
    List<String> keys =
        Stream.of(
                OciKeys.blobBytes(name.value(), digest.toString()),
                OciKeys.blob(name.value(), digest.toString()))
            .filter(key -> store.head(key).isPresent())
            .toList();
    if (keys.isEmpty()) {
      throw unknown(name, digest);
    }
    keys.forEach(store::delete);
    present.invalidate(id(name, digest));
  }
}
