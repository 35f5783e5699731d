package dev.countermark.signer.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.format.echo.EchoFormat;
import dev.countermark.signing.Lane;
import dev.countermark.signing.MalformedEventException;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class EventDecoderFuzzTest {
  private final EventDecoder decoder = new EventDecoder(new EchoFormat());

  static Stream<byte[]> seeds() {
    return Stream.of(
            EventDecoderTest.upload("file", "sha256:00"),
            EventDecoderTest.resync(ResyncMode.ROTATE_ARCHIVE))
        .map(Bytes::toArray);
  }

  /** What is not foreseen stops a partition: an event is understood or said to be malformed. */
  @MethodSource("seeds")
  @FuzzTest
  void understandsOrRefuses(byte[] json) {
    for (Lane lane : Lane.values()) {
      try {
        PackageRequest request = decoder.decode(lane, Bytes.of(json));
        assertThat(request.repository()).isNotNull();
        assertThat(request.mode()).isNotNull();
        assertThat(request.since()).isNotNull();
      } catch (MalformedEventException e) {
        // said what is wrong
      }
    }
  }
}
