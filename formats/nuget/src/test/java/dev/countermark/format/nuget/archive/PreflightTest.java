package dev.countermark.format.nuget.archive;

import static dev.countermark.format.zip.TestArchives.ascii;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.format.nuget.Vectors;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.MalformedArchiveException;
import dev.countermark.format.zip.TestArchives;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Every row of the nuget reference, section 1.5. */
class PreflightTest {
  private static TestArchives sound() {
    TestArchives archive = new TestArchives();
    archive.deflated("a.nuspec", ascii("<package/>"));
    return archive;
  }

  private static void check(byte[] archive) throws Exception {
    Preflight.check(PackageArchive.read(ByteSource.of(archive)));
  }

  private static void refused(String code, String why, byte[] archive) {
    assertThatThrownBy(() -> check(archive))
        .isInstanceOfSatisfying(
            MalformedArchiveException.class,
            e -> {
              assertThat(e).hasMessageContaining(why);
              assertThat(e.code()).isEqualTo(code);
            });
  }

  private static byte[] with(Consumer<TestArchives.Entry> change) {
    TestArchives archive = sound();
    change.accept(archive.stored("lib/b.txt", ascii("b")));
    return archive.bytes();
  }

  private static byte[] zip64Extra() {
    return new byte[] {1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  }

  @Test
  void aSoundArchivePasses() throws Exception {
    check(sound().bytes());
    check(sound().comment("hello").bytes());
  }

  @Test
  void zip64() throws Exception {
    refused("NU3006", "Zip64", with(e -> e.centralExtra = zip64Extra()));
    refused("NU3006", "Zip64", with(e -> e.localExtra = zip64Extra()));
    byte[] locator = new byte[20];
    System.arraycopy(new byte[] {0x50, 0x4b, 6, 7}, 0, locator, 0, 4);
    refused("NU3006", "Zip64", sound().gap(locator).bytes());
    refused("NU3006", "Zip64", Vectors.nuget("Zip64Package.1.0.0.nupkg.testdata"));
  }

  @Test
  void bytesThatBelongToNobody() {
    refused("", "between the central directory", sound().gap(new byte[3]).bytes());
    refused("", "before the first entry", sound().prefix(new byte[5]).bytes());
    refused("", "after the end", sound().trailing(new byte[1]).bytes());
  }

  @Test
  void headersThatDisagree() {
    refused("", "different names", with(e -> e.localName = ascii("lib/c.txt")));
    refused("", "one local header", with(e -> e.localOffset = 0L));
    refused("", "overlap", with(e -> e.compressedSize = 500));
    refused("", "several disks", with(e -> e.diskStart = 1));
    refused("", "outside", with(e -> e.localOffset = 100_000L));
    refused("", "overlap", with(e -> e.localOffset = 3L));
    byte[] noHeader = with(e -> {});
    noHeader[0]++;
    refused("", "no local header", noHeader);
    byte[] fewer = with(e -> {});
    fewer[fewer.length - 12]++;
    refused("", "does not agree", fewer);
  }

  @Test
  void namesLikeTheSignature() {
    refused(
        "NU3005",
        "named like",
        with(
            e -> {
              e.localName = ascii(".signature.p7s");
              e.centralName = e.localName;
              e.flags = 1 << 11;
            }));
    refused(
        "",
        "named like",
        with(
            e -> {
              e.localName = ascii(".SIGNATURE.p7s");
              e.centralName = e.localName;
            }));
    TestArchives two = sound();
    two.stored(".signature.p7s", ascii("1"));
    two.stored(".signature.p7s", ascii("2"));
    refused("", "multiple", two.bytes());
  }

  @Test
  void asManyEntriesAsCanBeSigned() throws Exception {
    TestArchives full = new TestArchives();
    for (int i = 0; i < Preflight.MAX_UNSIGNED_ENTRIES; i++) {
      full.stored("f" + i, new byte[0]);
    }
    byte[] signed = Archives.signed(full.bytes(), ascii("p7s"), 0x5821_0000);
    check(signed);
    full.stored("one too many", new byte[0]);
    refused("NU3039", "65,533", full.bytes());
  }

  @Test
  void nothingThatIsNoArchive() {
    refused("", "not a ZIP", new byte[0]);
    refused("", "not a ZIP", ascii("hello, this is text and nothing else"));
    refused("", "empty", new TestArchives().bytes());
  }

  @Test
  void aSignatureOfAnotherForm() {
    for (Consumer<TestArchives.Entry> change :
        java.util.List.<Consumer<TestArchives.Entry>>of(
            e -> e.flags = 8,
            e -> e.localFlags = 8,
            e -> e.method = 8,
            e -> e.uncompressedSize = 2,
            e -> e.externalAttributes = 1)) {
      TestArchives archive = sound();
      change.accept(archive.stored(".signature.p7s", ascii("p7s")));
      assertThatThrownBy(
              () -> {
                PackageArchive read = PackageArchive.read(ByteSource.of(archive.bytes()));
                read.signatureBytes(read.signature().orElseThrow());
              })
          .isInstanceOfSatisfying(
              MalformedArchiveException.class, e -> assertThat(e.code()).isEqualTo("NU3005"));
    }
  }
}
