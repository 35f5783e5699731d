package dev.countermark.gateway.swift;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.countermark.gateway.content.SpoolFolder;
import dev.countermark.gateway.kit.Failed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

class ReleaseFormFuzzTest {
  private static final Form WHOLE =
      Form.archive(Form.utf8("PK"))
          .archiveSignature(new byte[] {0x30, 0})
          .metadata("{}")
          .metadataSignature(new byte[] {0x30, 1});

  @TempDir static Path folder;

  static Stream<byte[]> seeds() {
    byte[] base64 = Base64.getMimeEncoder().encode(new byte[100]);
    return Stream.of(
        WHOLE.bytes(),
        new Form().part("source-archive", "application/zip", "base64", base64).bytes());
  }

  /** An I/O error would be the store's or the disk's; what is in the body is refused. */
  @MethodSource("seeds")
  @FuzzTest
  void receivesOrRefuses(byte[] body) throws IOException {
    ReleaseForm.Limits limits =
        new ReleaseForm.Limits(1_000, 200, 100, SpoolFolder.open(folder, Clock.systemUTC()));
    try (ReleaseForm form =
        ReleaseForm.receive(new ByteArrayInputStream(body), WHOLE.contentType(), limits)) {
      assertThat(form.archive().size()).isLessThanOrEqualTo(1_000);
    } catch (Failed e) {
      assertThat(e.status()).isIn(400, 413, 422);
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }
}
