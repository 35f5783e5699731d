package dev.countermark.signer.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.BlobStore.ObjectInfo;
import dev.countermark.blobs.PartsInputStream;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Failure;
import dev.countermark.format.oci.Descriptor;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.BlobRecord;
import dev.countermark.format.oci.SignatureLayout;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Function;

/** The small blobs of images, as far as they tell what a manifest is. */
final class ImageBlobs {
  private final BlobStore store;
  private final Records records;

  ImageBlobs(BlobStore store) {
    this.store = store;
    this.records = new Records(store);
  }

  /**
   * @param name full OCI name
   */
  Reading of(String name) {
    return new Reading(name);
  }

  /** What one manifest names; remembers whether something of it was not there. */
  final class Reading implements Function<Descriptor, Optional<byte[]>> {
    private final String name;
    private boolean missed;

    private Reading(String name) {
      this.name = name;
    }

    boolean missed() {
      return missed;
    }

    /** The whole blob; empty when there is none of that size. */
    @Override
    public Optional<byte[]> apply(Descriptor blob) {
      if (blob.size() > SignatureLayout.LARGEST_BLOB) {
        return Optional.empty();
      }
      String digest = blob.digest().toString();
      Optional<ObjectInfo> object = store.head(OciKeys.blobBytes(name, digest));
      if (object.isPresent()) {
        return object.get().size() == blob.size()
            ? store.get(OciKeys.blobBytes(name, digest)).map(BlobStore.StoredObject::content)
            : Optional.empty();
      }
      Optional<BlobRecord> record = records.read(OciKeys.blob(name, digest), BlobRecord.class);
      missed |= record.isEmpty();
      return record.filter(r -> r.size() == blob.size()).map(this::content);
    }

    private byte[] content(BlobRecord blob) {
      if (blob.inline().isPresent()) {
        return blob.inline().get().toArray();
      }
      try (InputStream in = new PartsInputStream(store, blob.parts(), 0, blob.size())) {
        return in.readAllBytes();
      } catch (IOException e) {
        throw new Failure.Transient("the object store broke off while a blob was read", e);
      }
    }
  }
}
