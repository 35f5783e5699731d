package dev.countermark.gateway.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Part;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.BlobRecord;
import dev.countermark.gateway.integrity.Sum;
import dev.countermark.gateway.kit.Marks;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Blobs have records of their own; a mount notes which parts it is about to name. A blob that is
 * one object names nothing, and goes when its name is told to let it go.
 */
final class OciMarks implements Marks {
  private static final int MOST_NAMES = 1_000;

  @Override
  public Stream<Part> parts(String key, Records records) {
    return parts(OciKeys.BLOB, key, records);
  }

  @Override
  public Optional<Sum> itself(String key) {
    return OciKeys.blobOf(key)
        .filter(OciKeys.BlobOf::bytes)
        .map(blob -> new Sum(blob.digest().algorithm(), blob.digest().encoded()));
  }

  @Override
  public Optional<About> about(String key) {
    return OciKeys.blobOf(key)
        .flatMap(
            blob ->
                OciName.parse(blob.name())
                    .flatMap(OciAccess::repositoryOf)
                    .map(r -> new About(r, blob.name(), blob.digest().toString())));
  }

  /** In the names that come first; a blob that many have is found in one of them. */
  @Override
  public Stream<String> copies(String digest, BlobStore store) {
    return Tags.names(store, "", MOST_NAMES).entries().stream()
        .map(name -> OciKeys.blobBytes(name, digest));
  }

  @Override
  public Optional<String> sessions() {
    return Optional.of(OciKeys.UPLOADS);
  }

  @Override
  public Stream<Part> sessionParts(String key, Records records) {
    return parts(OciKeys.UPLOAD_MOUNT, key, records);
  }

  /** The store leaves a file behind when it dies while a blob's bytes are written. */
  @Override
  public boolean sweepOrphan(BlobStore.Entry entry, BlobStore store, Records records) {
    boolean left = OciKeys.isLeftOfBytes(entry.key());
    if (left) {
      store.delete(entry.key());
    }
    return left;
  }

  private static Stream<Part> parts(Pattern wanted, String key, Records records) {
    return wanted.matcher(key).matches()
        ? records.read(key, BlobRecord.class).stream().flatMap(blob -> blob.parts().stream())
        : Stream.empty();
  }
}
