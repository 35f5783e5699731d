package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.BlobRecord;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BlobsTest {
  private static final OciName NAME = OciName.parse("acme/app/web").orElseThrow();
  private static final byte[] CONTENT = "layer".getBytes(StandardCharsets.UTF_8);
  private static final Digest DIGEST = Digest.sha256(CONTENT);

  private final InMemoryBlobStore store = new InMemoryBlobStore();
  private final Blobs blobs = new Blobs(store);

  @Test
  void aBlobIsNotRememberedAsMissing() {
    assertThat(blobs.holds(NAME, DIGEST)).isFalse();
    upload();
    assertThat(blobs.holds(NAME, DIGEST)).isTrue();
  }

  @Test
  void aDeletedBlobIsNotRememberedAsPresent() {
    upload();
    assertThat(blobs.holds(NAME, DIGEST)).isTrue();
    blobs.delete(NAME, DIGEST);
    assertThat(blobs.holds(NAME, DIGEST)).isFalse();
  }

  @Test
  void whatOneNameHoldsAnotherDoesNot() {
    upload();
    assertThat(blobs.holds(NAME, DIGEST)).isTrue();
    assertThat(blobs.holds(OciName.parse("acme/app/other").orElseThrow(), DIGEST)).isFalse();
  }

  private void upload() {
    new Records(store)
        .create(
            OciKeys.blob(NAME.value(), DIGEST.toString()),
            new BlobRecord(
                DIGEST.toString(), CONTENT.length, List.of(), Optional.of(Bytes.of(CONTENT))));
  }
}
