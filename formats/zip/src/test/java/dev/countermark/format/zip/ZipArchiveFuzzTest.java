package dev.countermark.format.zip;

import static dev.countermark.format.zip.TestArchives.ascii;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class ZipArchiveFuzzTest {
  static Stream<byte[]> seeds() {
    TestArchives archive = new TestArchives();
    archive.stored("a.txt", ascii("a"));
    archive.deflated("b/b.txt", ascii("b".repeat(40)));
    archive.withDescriptor("c.txt", ascii("c")).centralExtra = new byte[] {1, 0, 0, 0};
    return Stream.of(archive.bytes(), archive.comment("PK").reversedDirectory().bytes());
  }

  /** An archive is read in place, and no entry lies outside of it. */
  @MethodSource("seeds")
  @FuzzTest
  void readsOrRefuses(byte[] bytes) throws IOException {
    try {
      ZipArchive archive = ZipArchive.read(ByteSource.of(bytes));
      archive.checkStructure();
      for (ArchiveEntry entry : archive.entries()) {
        LocalHeader local = archive.localHeader(entry);
        archive.source().read(entry.localOffset() + local.length(), (int) entry.compressedSize());
      }
    } catch (MalformedArchiveException e) {
      // said what is wrong
    }
  }
}
