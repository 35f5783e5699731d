package dev.countermark.format.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.Json.MalformedJsonException;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.SignatureFormat;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class OciRecordsFuzzTest {
  static Stream<byte[]> seeds() {
    ManifestRecord received = OciRecordsTest.received();
    return Stream.of(
            received,
            received.signed(
                OciRecordsTest.signatures(SignatureFormat.LEGACY, SignatureFormat.BUNDLE)))
        .map(Json::write);
  }

  /** A record that was read is written as one that reads the same. */
  @MethodSource("seeds")
  @FuzzTest
  void readsWhatItWrites(byte[] json) {
    ManifestRecord record;
    try {
      record = Json.read(json, ManifestRecord.class);
    } catch (MalformedJsonException e) {
      return;
    }
    assertThat(Json.read(Json.write(record), ManifestRecord.class)).isEqualTo(record);
  }
}
