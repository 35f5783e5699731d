package dev.countermark.gateway.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.OciRecords.BlobRecord;
import dev.countermark.format.oci.ByteRange;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.OciName;
import dev.countermark.gateway.oci.OciException.Code;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Reads and deletes blobs. */
final class Blobs {
  /** The empty JSON object, which every artifact without a config refers to. */
  private static final BlobRecord EMPTY_JSON =
      new BlobRecord(
          Digest.sha256("{}".getBytes(StandardCharsets.UTF_8)).toString(),
          2,
          List.of(),
          Optional.of(Bytes.utf8("{}")));

  private final BlobStore store;
  private final Records records;

  Blobs(BlobStore store) {
    this.store = store;
    this.records = new Records(store);
  }

  Optional<BlobRecord> find(OciName name, Digest digest) {
    Optional<BlobRecord> found =
        records.read(ObjectKeys.ociBlob(name.value(), digest.toString()), BlobRecord.class);
    return found.isEmpty() && EMPTY_JSON.digest().equals(digest.toString())
        ? Optional.of(EMPTY_JSON)
        : found;
  }

  /**
   * @throws OciException {@code BLOB_UNKNOWN}
   */
  BlobRecord require(OciName name, Digest digest) {
    return find(name, digest)
        .orElseThrow(() -> new OciException(Code.BLOB_UNKNOWN, name + " holds no blob " + digest));
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
   * @throws OciException {@code BLOB_UNKNOWN}
   */
  void delete(OciName name, Digest digest) {
    String key = ObjectKeys.ociBlob(name.value(), digest.toString());
    if (store.head(key).isEmpty()) {
      throw new OciException(Code.BLOB_UNKNOWN, name + " holds no blob " + digest);
    }
    store.delete(key);
  }
}
