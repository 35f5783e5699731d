package dev.countermark.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.countermark.contracts.Json.MalformedJsonException;
import dev.countermark.format.echo.EchoFormat;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class RepositoryRecordFuzzTest {
  static Stream<byte[]> seeds() {
    return Stream.of(
            "{\"generation\":3,\"repository\":\"acme/app\",\"createdAt\":\"2026-01-02T03:04:05Z\","
                + "\"later\":{\"mode\":\"x\"},\"echo\":{}}")
        .map(json -> json.getBytes(StandardCharsets.UTF_8));
  }

  /** A record that was read is written as one that reads the same. */
  @MethodSource("seeds")
  @FuzzTest
  void readsWhatItWrites(byte[] json) {
    try {
      RepositoryRecord record = Json.read(json, RepositoryRecord.class);
      assertThat(Json.read(Json.write(record), RepositoryRecord.class)).isEqualTo(record);
      assertThat(record.settings(new EchoFormat())).isNotNull();
    } catch (MalformedJsonException e) {
      // said what is wrong
    }
  }
}
