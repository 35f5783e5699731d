package dev.countermark.format.nuget.archive;

import static dev.countermark.format.zip.TestArchives.ascii;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.countermark.format.nuget.SignedPackages;
import dev.countermark.format.zip.ArchiveEntry;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.MalformedArchiveException;
import java.security.MessageDigest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class PackageArchiveFuzzTest {
  private static final byte[] P7S = ascii("signature");

  static Stream<byte[]> seeds() throws Exception {
    byte[] unsigned = SignedPackages.unsigned("Acme");
    return Stream.of(unsigned, Archives.signed(unsigned, P7S, 0x5B780000));
  }

  /** What may be signed gives back its bytes when it is stripped: promise 4 of the design. */
  @MethodSource("seeds")
  @FuzzTest
  void signsReversiblyOrRefuses(byte[] bytes) throws Exception {
    try {
      PackageArchive archive = PackageArchive.read(ByteSource.of(bytes));
      for (ArchiveEntry entry : archive.signatures()) {
        archive.signatureBytes(entry);
      }
      byte[] hash = archive.hash(MessageDigest.getInstance("SHA-256"));
      Preflight.check(archive);
      byte[] unsigned = Archives.stripped(bytes);
      byte[] signed = Archives.signed(bytes, P7S, 0);
      assertThat(Archives.stripped(signed)).isEqualTo(unsigned);
      assertThat(
              PackageArchive.read(ByteSource.of(signed)).hash(MessageDigest.getInstance("SHA-256")))
          .isEqualTo(hash);
    } catch (MalformedArchiveException e) {
      // said what is wrong
    }
  }
}
