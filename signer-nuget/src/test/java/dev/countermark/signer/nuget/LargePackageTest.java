package dev.countermark.signer.nuget;

import static dev.countermark.signer.nuget.TestFeed.NAME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.format.nuget.ForgedSignature;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.SignatureKind;
import dev.countermark.format.nuget.archive.Layout;
import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.TestArchives;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.signing.Lane;
import dev.countermark.signing.SigningOutcome.Signed;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Packages of which the signer moves next to nothing. */
class LargePackageTest {
  private static final int MEBIBYTE = 1 << 20;

  private final TestFeed feed = new TestFeed();

  private static byte[] large(int entries, int size) {
    TestArchives archive = new TestArchives();
    archive.deflated("Acme.Tools.nuspec", TestArchives.ascii("<package/>"));
    byte[] content = new byte[size];
    new Random(1).nextBytes(content);
    for (int i = 0; i < entries; i++) {
      archive.stored("runtimes/linux-x64/native/library" + i + ".so", content);
    }
    return archive.bytes();
  }

  private void assertSound(byte[] pushed) throws Exception {
    byte[] file = feed.file();
    assertThat(feed.findings(file)).containsExactly("WARNING NU3027");
    assertThat(TestFeed.hex(TestFeed.stripped(file))).isEqualTo(TestFeed.hex(pushed));
  }

  @Test
  void movesLessThanAHundredthOfALargePackage() throws Exception {
    byte[] file = large(64, MEBIBYTE);
    feed.push(file);
    feed.store.reset();

    assertThat(feed.sign(Lane.UPLOAD)).isInstanceOf(Signed.class);

    assertThat(feed.store.streamed.get()).isPositive().isLessThan(file.length / 100);
    assertThat(feed.store.writes())
        .containsExactly("replace " + NugetKeys.version(NAME, TestFeed.TOOLS));
    assertSound(file);

    feed.keys.rotate(NAME, new Purpose("nuget"));
    feed.store.reset();
    assertThat(feed.sign(Lane.RESYNC)).isInstanceOf(Signed.class);
    assertThat(feed.store.streamed.get()).isLessThan(file.length / 100);
    assertSound(file);
  }

  @Test
  void countersignsALargePackageWithoutReadingIt() throws Exception {
    byte[] unsigned = large(32, MEBIBYTE);
    byte[] p7s = ForgedSignature.author(TestFeed.digest("SHA-256", unsigned)).p7s();
    ByteSource source = ByteSource.of(unsigned);
    Layout signed = PackageArchive.read(source).withSignature(p7s, 0x5B78 << 16);
    byte[] file = signed.over(source).read(0, (int) signed.size());
    feed.push(file);
    feed.store.reset();

    assertThat(feed.sign(Lane.UPLOAD)).isInstanceOf(Signed.class);

    assertThat(feed.store.streamed.get()).isLessThan(file.length / 100);
    assertThat(feed.signed().signature().kind()).isEqualTo(SignatureKind.COUNTERSIGNATURE);
    assertSound(unsigned);
  }

  @Test
  void readsAPackageOfManySmallFilesInFewPieces() throws Exception {
    feed.rehashLimit = 0;
    byte[] file = large(3_000, 300);
    feed.push(file);
    feed.store.reset();

    assertThat(feed.sign(Lane.UPLOAD)).isInstanceOf(Signed.class);

    assertThat(feed.store.counts().get("open")).isLessThan(file.length / (32 << 10));
    assertSound(file);
  }

  @Test
  void believesTheHashOfLargePackagesAndOfNoOthers() throws Exception {
    byte[] file = large(2, MEBIBYTE);
    feed.push(file);
    feed.rehashLimit = file.length - 1;
    Part part = feed.record().upload().parts().get(0);
    String key = ObjectKeys.content(part.sha256(), part.upload());
    byte[] changed = feed.store.get(key).orElseThrow().content();
    changed[changed.length / 2] ^= 1;
    feed.store.put(key, changed, changed.length);

    assertThat(feed.sign(Lane.UPLOAD)).isInstanceOf(Signed.class);

    // The consumer sees what the signer did not look at.
    assertThat(feed.findings(feed.file())).contains("ERROR NU3008");
  }

  // ---- large ends -----------------------------------------------------------------------------

  private byte[] manyFiles() {
    TestArchives archive = new TestArchives();
    for (int i = 0; i < 4_000; i++) {
      archive.stored("content/a/rather/long/path/to/a/small/file/number" + i, new byte[1]);
    }
    return archive.bytes();
  }

  @Test
  void storesALargeEndApart() throws Exception {
    byte[] file = manyFiles();
    feed.push(file);
    feed.store.reset();

    assertThat(feed.sign(Lane.UPLOAD)).isInstanceOf(Signed.class);

    assertThat(feed.store.counts()).isEqualTo(Map.of("get", 2, "open", 2, "put", 1, "replace", 1));
    assertThat(feed.signed().file().inlineTail()).isEmpty();
    Part tail = feed.signed().file().storedTail().orElseThrow();
    assertThat(feed.store.writes())
        .containsExactly(
            "put " + ObjectKeys.content(tail.sha256(), tail.upload()),
            "replace " + NugetKeys.version(NAME, TestFeed.TOOLS));
    assertSound(file);
  }

  /** What nobody named may be deleted at any time, so it is never used again. */
  @Test
  void usesNoObjectOfAnEarlierAttempt() throws Exception {
    feed.push(manyFiles());
    feed.store.beforeReplace =
        key -> {
          throw new IllegalStateException("crash between the end and the record");
        };
    feed.store.reset();
    assertThatThrownBy(() -> feed.sign(Lane.UPLOAD)).isInstanceOf(IllegalStateException.class);
    String left = feed.store.writes().get(0).substring("put ".length());
    feed.store.beforeReplace = key -> {};

    feed.sign(Lane.UPLOAD);
    feed.store.delete(left);

    assertThat(feed.findings(feed.file())).containsExactly("WARNING NU3027");
  }
}
