package dev.countermark.format.swift;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.Json.MalformedJsonException;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class SwiftRecordsFuzzTest {
  static Stream<byte[]> seeds() {
    ReleaseRecord received = SwiftRecordsTest.received();
    return Stream.of(received, received.signed(SwiftRecordsTest.signature())).map(Json::write);
  }

  /** A record that was read is written as one that reads the same. */
  @MethodSource("seeds")
  @FuzzTest
  void readsWhatItWrites(byte[] json) {
    ReleaseRecord record;
    try {
      record = Json.read(json, ReleaseRecord.class);
    } catch (MalformedJsonException e) {
      return;
    }
    assertThat(Json.read(Json.write(record), ReleaseRecord.class)).isEqualTo(record);
  }
}
