package dev.countermark.gateway.oci;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.Part;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.BlobRecord;
import dev.countermark.gateway.kit.Marks;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Blobs have records of their own; a mount notes which parts it is about to name. */
final class OciMarks implements Marks {
  @Override
  public Stream<Part> parts(String key, Records records) {
    return parts(OciKeys.BLOB, key, records);
  }

  @Override
  public Optional<String> sessions() {
    return Optional.of(OciKeys.UPLOADS);
  }

  @Override
  public Stream<Part> sessionParts(String key, Records records) {
    return parts(OciKeys.UPLOAD_MOUNT, key, records);
  }

  private static Stream<Part> parts(Pattern wanted, String key, Records records) {
    return wanted.matcher(key).matches()
        ? records.read(key, BlobRecord.class).stream().flatMap(blob -> blob.parts().stream())
        : Stream.empty();
  }
}
