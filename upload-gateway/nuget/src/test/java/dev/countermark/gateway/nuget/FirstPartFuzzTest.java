package dev.countermark.gateway.nuget;

import static dev.countermark.format.zip.TestArchives.ascii;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.countermark.gateway.kit.Failed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class FirstPartFuzzTest {
  private static final String TYPE = "multipart/form-data; boundary=b";

  static Stream<byte[]> seeds() {
    return Stream.of(
        ascii("--b\r\nContent-Disposition: form-data; name=package\r\n\r\nPK\r\n--b--\r\n"),
        ascii("preamble\r\n--b\r\n\r\nPK\r\n--b\r\nA: b\r\n\r\nmore\r\n--b--"));
  }

  /** An I/O error would be the store's or the disk's; what is in the body is refused. */
  @MethodSource("seeds")
  @FuzzTest
  void copiesOrRefuses(byte[] body) throws IOException {
    ByteArrayOutputStream part = new ByteArrayOutputStream();
    try {
      FirstPart.copy(new ByteArrayInputStream(body), TYPE, part);
    } catch (Failed e) {
      assertThat(e.status()).isEqualTo(400);
    }
    assertThat(part.size()).isLessThanOrEqualTo(body.length);
  }
}
