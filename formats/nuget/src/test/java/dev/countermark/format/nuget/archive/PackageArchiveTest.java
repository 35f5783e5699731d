package dev.countermark.format.nuget.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.format.zip.ArchiveEntry;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.MalformedArchiveException;
import dev.countermark.format.zip.TestArchives;
import java.io.EOFException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PackageArchiveTest {
  private static final int DOS_DATE_TIME = 0x5821_0000;

  static LongStream seeds() {
    return LongStream.range(0, 300);
  }

  /** Archives of every sound shape: descriptors, comments, directories in another order. */
  static byte[] anyArchive(Random random) {
    TestArchives archive = new TestArchives();
    int entries = 1 + random.nextInt(12);
    for (int i = 0; i < entries; i++) {
      byte[] data = new byte[random.nextInt(2_000)];
      random.nextBytes(data);
      String name = "lib/" + i + "-" + Long.toString(random.nextLong(), 36);
      switch (random.nextInt(3)) {
        case 0 -> archive.stored(name, data);
        case 1 -> archive.deflated(name, data);
        default -> archive.withDescriptor(name, data);
      }
    }
    if (random.nextBoolean()) {
      archive.reversedDirectory();
    }
    if (random.nextInt(3) == 0) {
      archive.comment("a comment of the archive");
    }
    return archive.bytes();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void strippingUndoesSigningAndTheHashStays(long seed) throws Exception {
    Random random = new Random(seed);
    byte[] unsigned = anyArchive(random);
    Preflight.check(PackageArchive.read(ByteSource.of(unsigned)));
    byte[] p7s = new byte[1 + random.nextInt(5_000)];
    random.nextBytes(p7s);
    byte[] signed = Archives.signed(unsigned, p7s, DOS_DATE_TIME);

    PackageArchive archive = PackageArchive.read(ByteSource.of(signed));
    Preflight.check(archive);
    assertThat(archive.signatureBytes(archive.signature().orElseThrow())).isEqualTo(p7s);
    assertThat(Archives.stripped(signed)).isEqualTo(unsigned);
    assertThat(archive.hash(sha256())).isEqualTo(sha256().digest(unsigned));

    byte[] other = new byte[1 + random.nextInt(5_000)];
    random.nextBytes(other);
    assertThat(Archives.signed(signed, other, DOS_DATE_TIME))
        .isEqualTo(Archives.signed(unsigned, other, DOS_DATE_TIME));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void javaReadsWhatWeSigned(long seed) throws Exception {
    byte[] unsigned = anyArchive(new Random(seed));
    Path file = Files.createTempFile("signed", ".zip");
    try {
      Files.write(file, Archives.signed(unsigned, TestArchives.ascii("p7s"), DOS_DATE_TIME));
      try (var zip = new java.util.zip.ZipFile(file.toFile())) {
        assertThat(zip.getInputStream(zip.getEntry(".signature.p7s")).readAllBytes())
            .isEqualTo(TestArchives.ascii("p7s"));
        for (var entries = zip.entries(); entries.hasMoreElements(); ) {
          zip.getInputStream(entries.nextElement()).readAllBytes();
        }
      }
    } finally {
      Files.delete(file);
    }
  }

  /** Every change of a signed archive is seen by the hash, unless it is in the signature itself. */
  @ParameterizedTest
  @MethodSource("seeds")
  void noChangeOutsideOfTheSignatureKeepsTheHash(long seed) throws Exception {
    Random random = new Random(seed);
    byte[] unsigned = anyArchive(random);
    byte[] signed = Archives.signed(unsigned, new byte[100], DOS_DATE_TIME);
    ArchiveEntry signature = PackageArchive.read(ByteSource.of(signed)).signature().orElseThrow();
    int at;
    do {
      at = random.nextInt(signed.length);
    } while (at >= signature.localOffset() && at < signature.localOffset() + signature.size()
        || at >= signature.headerPosition()
            && at < signature.headerPosition() + signature.headerSize());
    signed[at] ^= (byte) (1 << random.nextInt(8));
    byte[] hash;
    try {
      PackageArchive tampered = PackageArchive.read(ByteSource.of(signed));
      Preflight.check(tampered);
      if (tampered.signature().isEmpty()) {
        return;
      }
      hash = tampered.hash(sha256());
    } catch (MalformedArchiveException e) {
      return;
    }
    assertThat(hash).isNotEqualTo(sha256().digest(unsigned));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void damageIsRefusedAndNeverCrashes(long seed) throws Exception {
    Random random = new Random(seed);
    byte[] bytes = Archives.signed(anyArchive(random), new byte[100], DOS_DATE_TIME);
    for (int i = 0; i < 200; i++) {
      byte[] damaged = bytes.clone();
      int changes = 1 + random.nextInt(4);
      for (int c = 0; c < changes; c++) {
        int last = Math.min(damaged.length, 400);
        damaged[damaged.length - 1 - random.nextInt(last)] = (byte) random.nextInt();
      }
      if (random.nextInt(4) == 0) {
        damaged = java.util.Arrays.copyOf(damaged, random.nextInt(damaged.length));
      }
      try {
        PackageArchive archive = PackageArchive.read(ByteSource.of(damaged));
        Preflight.check(archive);
        archive.hash(sha256());
        if (archive.signature().isPresent()) {
          archive.signatureBytes(archive.signature().get());
        }
        Archives.stripped(damaged);
      } catch (MalformedArchiveException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }

  @Test
  void readsAFileInPlace(@TempDir Path folder) throws Exception {
    byte[] unsigned = anyArchive(new Random(7));
    Path file = Files.write(folder.resolve("a.nupkg"), unsigned);
    try (FileChannel channel = FileChannel.open(file)) {
      ByteSource source = ByteSource.of(channel);
      assertThat(PackageArchive.read(source).hash(sha256())).isEqualTo(sha256().digest(unsigned));
      assertThatThrownBy(() -> source.read(source.size() - 1, 2)).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void aLayoutCanBeReadFromAnywhere() throws Exception {
    byte[] unsigned = anyArchive(new Random(8));
    ByteSource source = ByteSource.of(unsigned);
    ByteSource signed =
        PackageArchive.read(source).withSignature(new byte[50], DOS_DATE_TIME).over(source);
    byte[] whole = Archives.bytes(signed);
    Random random = new Random(9);
    for (int i = 0; i < 500; i++) {
      int from = random.nextInt(whole.length + 1);
      int length = random.nextInt(whole.length + 1 - from);
      assertThat(signed.read(from, length))
          .isEqualTo(java.util.Arrays.copyOfRange(whole, from, from + length));
    }
    assertThatThrownBy(() -> signed.read(whole.length, 1)).isInstanceOf(EOFException.class);
  }

  private static MessageDigest sha256() throws Exception {
    return MessageDigest.getInstance("SHA-256");
  }
}
