package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.BlobRecord;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BlobsTest {
  private static final OciName NAME = OciName.parse("acme/app/web").orElseThrow();
  private static final byte[] CONTENT = "layer".getBytes(StandardCharsets.UTF_8);
  private static final Digest DIGEST = Digest.sha256(CONTENT);

  private final InMemoryBlobStore store = new InMemoryBlobStore();
  private final Blobs blobs = new Blobs(store);

  /** How a name holds a blob. */
  private enum Form {
    RECORD,
    OBJECT
  }

  @ParameterizedTest
  @EnumSource
  void aBlobIsNotRememberedAsMissing(Form form) {
    assertThat(blobs.holds(NAME, DIGEST)).isFalse();
    upload(form);
    assertThat(blobs.holds(NAME, DIGEST)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void aDeletedBlobIsNotRememberedAsPresent(Form form) {
    upload(form);
    assertThat(blobs.holds(NAME, DIGEST)).isTrue();
    blobs.delete(NAME, DIGEST);
    assertThat(blobs.holds(NAME, DIGEST)).isFalse();
    assertThat(blobs.find(NAME, DIGEST)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void whatOneNameHoldsAnotherDoesNot(Form form) {
    upload(form);
    assertThat(blobs.holds(NAME, DIGEST)).isTrue();
    assertThat(blobs.holds(OciName.parse("acme/app/other").orElseThrow(), DIGEST)).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void everyRangeIsReadFromEitherForm(Form form) throws IOException {
    upload(form);
    Blobs.Blob blob = blobs.require(NAME, DIGEST);

    assertThat(blob.size()).isEqualTo(CONTENT.length);
    for (int first = 0; first < CONTENT.length; first++) {
      for (int last = first; last < CONTENT.length; last++) {
        try (InputStream in = blob.bytes().open(first, last - first + 1)) {
          assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(CONTENT, first, last + 1));
        }
      }
    }
  }

  @Test
  void aBlobThatIsThereInBothFormsGoesInBoth() {
    upload(Form.RECORD);
    upload(Form.OBJECT);
    blobs.delete(NAME, DIGEST);

    assertThat(store.list("", "", 10).entries()).isEmpty();
  }

  /** Else whoever may push anywhere could read the parts of others. */
  @Test
  void bytesThatLookLikeARecordAreBytes() throws IOException {
    Part others = new Part("ab".repeat(32), 6, "0b8f6a52-6c1c-4c62-a2a5-5f4b8a8f3a55");
    store.put(ObjectKeys.content(others.sha256(), others.upload()), new byte[6], 6);
    byte[] record =
        Json.write(new BlobRecord(DIGEST.toString(), 6, List.of(others), Optional.empty()));
    Digest digest = Digest.sha256(record);
    store.put(OciKeys.blobBytes(NAME.value(), digest.toString()), record, record.length);

    Blobs.Blob blob = blobs.require(NAME, digest);
    try (InputStream in = blob.bytes().open(0, blob.size())) {
      assertThat(in.readAllBytes()).isEqualTo(record);
    }
  }

  private void upload(Form form) {
    if (form == Form.OBJECT) {
      store.put(OciKeys.blobBytes(NAME.value(), DIGEST.toString()), CONTENT, CONTENT.length);
      return;
    }
    new Records(store)
        .create(
            OciKeys.blob(NAME.value(), DIGEST.toString()),
            new BlobRecord(
                DIGEST.toString(), CONTENT.length, List.of(), Optional.of(Bytes.of(CONTENT))));
  }
}
