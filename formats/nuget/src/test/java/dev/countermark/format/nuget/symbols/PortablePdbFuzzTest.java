package dev.countermark.format.nuget.symbols;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class PortablePdbFuzzTest {
  static Stream<byte[]> seeds() {
    return Stream.of(
        TestPdbs.portable(new UUID(1, 2), new byte[3]),
        TestPdbs.portable(new UUID(3, 4), new byte[5_000]));
  }

  /** What it says becomes a part of keys, or of the reason phrase of an answer. */
  @MethodSource("seeds")
  @FuzzTest
  void readsOrRefuses(byte[] pdb) {
    PortablePdb.Scan scan = new PortablePdb.Scan(pdb.length);
    int half = pdb.length / 2;
    scan.update(pdb, 0, half);
    scan.update(pdb, half, pdb.length - half);
    try {
      PortablePdb found = scan.finish();
      assertThat(found.guid()).matches("[0-9a-f]{32}");
      assertThat(found.checksum()).matches("[0-9a-f]{64}");
    } catch (MalformedPdbException e) {
      assertThat(e.getMessage()).matches("[\\x20-\\x7e]{1,60}");
    }
  }
}
