package dev.countermark.format.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.Json.MalformedJsonException;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class NugetRecordsFuzzTest {
  static Stream<byte[]> seeds() {
    VersionRecord received = NugetRecordsTest.received();
    return Stream.of(received, received.signed(NugetRecordsTest.signature())).map(Json::write);
  }

  /** A record that was read is written as one that reads the same. */
  @MethodSource("seeds")
  @FuzzTest
  void readsWhatItWrites(byte[] json) {
    VersionRecord record;
    try {
      record = Json.read(json, VersionRecord.class);
    } catch (MalformedJsonException e) {
      return;
    }
    assertThat(Json.read(Json.write(record), VersionRecord.class)).isEqualTo(record);
  }
}
