package dev.countermark.format.swift.archive;

import static dev.countermark.format.swift.SwiftSamples.file;
import static dev.countermark.format.swift.SwiftSamples.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.format.swift.SwiftPki;
import dev.countermark.format.swift.SwiftSamples;
import dev.countermark.format.swift.manifest.Manifest;
import dev.countermark.format.swift.manifest.ManifestSignature;
import dev.countermark.format.zip.ArchiveEntry;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.Splice;
import dev.countermark.format.zip.TestArchives;
import dev.countermark.format.zip.ZipArchive;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EmbeddingTest {
  private static byte[] bytes(Splice splice, byte[] original) throws Exception {
    ByteSource made = splice.over(ByteSource.of(original));
    return made.read(0, Math.toIntExact(made.size()));
  }

  private static byte[] embedded(byte[] original, Map<String, byte[]> manifests) throws Exception {
    return bytes(SourceArchiveTest.read(original).withManifests(manifests), original);
  }

  private static Map<String, byte[]> bothChanged() {
    return Map.of(
        "Package.swift", utf8(SwiftSamples.PACKAGE_SWIFT + "// changed"),
        "Package@swift-5.9.swift", utf8(SwiftSamples.PACKAGE_5_9 + "// changed, too"));
  }

  private static byte[] raw(ArchiveEntry entry, byte[] archive) {
    int from = (int) entry.localOffset();
    return Arrays.copyOfRange(archive, from, from + (int) entry.size());
  }

  private static void assertOnlyManifestsDiffer(byte[] original, byte[] changed) throws Exception {
    List<ArchiveEntry> before = ZipArchive.read(ByteSource.of(original)).entries();
    List<ArchiveEntry> after = ZipArchive.read(ByteSource.of(changed)).entries();
    assertThat(after)
        .extracting(ArchiveEntry::nameText)
        .isEqualTo(before.stream().map(ArchiveEntry::nameText).toList());
    for (int i = 0; i < before.size(); i++) {
      ArchiveEntry old = before.get(i);
      ArchiveEntry now = after.get(i);
      assertThat(now.externalAttributes()).isEqualTo(old.externalAttributes());
      assertThat(now.versionMadeBy()).isEqualTo(old.versionMadeBy());
      assertThat(now.dosTime()).isEqualTo(old.dosTime());
      assertThat(now.dosDate()).isEqualTo(old.dosDate());
      assertThat(now.extra()).isEqualTo(old.extra());
      if (!old.nameText().contains("/Package")) {
        assertThat(raw(now, changed)).as(old.nameText()).isEqualTo(raw(old, original));
      }
    }
  }

  @Test
  void replacesRootManifestsAndNothingElse() throws Exception {
    byte[] original = SwiftSamples.archive().comment("a comment").bytes();
    byte[] changed = embedded(original, bothChanged());
    assertOnlyManifestsDiffer(original, changed);
    SourceArchive read = SourceArchiveTest.read(changed);
    for (Manifest manifest : read.manifests()) {
      assertThat(manifest.bytes()).isEqualTo(bothChanged().get(manifest.file()));
    }
    assertThat(new String(changed, changed.length - 9, 9, StandardCharsets.US_ASCII))
        .isEqualTo("a comment");
  }

  @Test
  void otherReadersSeeTheSame() throws Exception {
    byte[] changed = embedded(SwiftSamples.archive().bytes(), bothChanged());
    int found = 0;
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(changed))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        byte[] expected = bothChanged().get(entry.getName().replace("acme.Lib/", ""));
        if (expected != null) {
          found++;
          assertThat(zip.readAllBytes()).isEqualTo(expected);
        }
      }
    }
    assertThat(found).isEqualTo(2);
  }

  @Test
  void keepsDescriptorsExtraFieldsAndOrder() throws Exception {
    TestArchives archive = new TestArchives();
    TestArchives.Entry first = archive.withDescriptor("a/z.swift", utf8("z".repeat(100)));
    first.localExtra = new byte[] {0x55, 0x54, 5, 0, 1, 1, 2, 3, 4};
    first.centralExtra = first.localExtra;
    TestArchives.Entry manifest =
        archive.withDescriptor("a/Package.swift", utf8(SwiftSamples.PACKAGE_SWIFT));
    manifest.localExtra = first.localExtra;
    manifest.centralExtra = first.localExtra;
    manifest.externalAttributes = 0100600L << 16;
    archive.withDescriptor("a/b.swift", utf8("b".repeat(100)));
    byte[] original = archive.reversedDirectory().bytes();
    byte[] signed = utf8(SwiftSamples.PACKAGE_SWIFT + "// x");
    byte[] changed = embedded(original, Map.of("Package.swift", signed));
    assertOnlyManifestsDiffer(original, changed);
    assertThat(SourceArchiveTest.read(changed).mainManifest().bytes()).isEqualTo(signed);
  }

  @Test
  void equalInputsGiveEqualBytes() throws Exception {
    byte[] original = SwiftSamples.archive().bytes();
    assertThat(embedded(original, bothChanged())).isEqualTo(embedded(original, bothChanged()));
    byte[] once = SwiftSamples.withSignedManifests(original, SwiftPki.LEAF);
    assertThat(SwiftSamples.withSignedManifests(original, SwiftPki.LEAF)).isEqualTo(once);
  }

  @Test
  void whatDoesNotChangeIsNotTouched() throws Exception {
    byte[] original = SwiftSamples.archive().bytes();
    assertThat(bytes(SourceArchiveTest.read(original).untouched(), original)).isEqualTo(original);
    assertThat(embedded(original, Map.of())).isEqualTo(original);
    assertThat(embedded(original, Map.of("Package.swift", utf8(SwiftSamples.PACKAGE_SWIFT))))
        .isEqualTo(original);
    SourceArchive archive = SourceArchiveTest.read(original);
    assertThatThrownBy(() -> archive.withManifests(Map.of("Package@swift-9.swift", new byte[0])))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void strippedManifestsAreTheOriginalOnes() throws Exception {
    byte[] original = SwiftSamples.archive().bytes();
    byte[] signed = SwiftSamples.withSignedManifests(original, SwiftPki.LEAF);
    assertOnlyManifestsDiffer(original, signed);
    SourceArchive before = SourceArchiveTest.read(original);
    SourceArchive after = SourceArchiveTest.read(signed);
    for (int i = 0; i < before.manifests().size(); i++) {
      assertThat(ManifestSignature.strip(after.manifests().get(i).bytes()))
          .isEqualTo(before.manifests().get(i).bytes());
    }
  }

  static IntStream seeds() {
    return IntStream.range(0, 50);
  }

  /** Archives of any order, form and size of entries. */
  @ParameterizedTest
  @MethodSource("seeds")
  void anyArchiveIsRewrittenSoundly(int seed) throws Exception {
    Random random = new Random(seed);
    TestArchives archive = new TestArchives();
    int manifestAt = random.nextInt(6);
    for (int i = 0; i < 6; i++) {
      if (i == manifestAt) {
        if (random.nextBoolean()) {
          archive.withDescriptor("r/Package.swift", utf8(SwiftSamples.PACKAGE_SWIFT));
        } else {
          archive.stored("r/Package.swift", utf8(SwiftSamples.PACKAGE_SWIFT));
        }
      }
      byte[] data = new byte[random.nextInt(3_000)];
      random.nextBytes(data);
      switch (random.nextInt(3)) {
        case 0 -> archive.stored("r/" + i, data);
        case 1 -> archive.deflated("r/" + i, data);
        default -> archive.withDescriptor("r/" + i, data);
      }
    }
    file(archive, "r/Package@swift-6.0.swift", SwiftSamples.PACKAGE_SWIFT.replace("5.7", "6.0"));
    if (random.nextBoolean()) {
      archive.reversedDirectory();
    }
    byte[] original = archive.bytes();
    byte[] signed = SwiftSamples.withSignedManifests(original, SwiftPki.LEAF);
    assertOnlyManifestsDiffer(original, signed);
    assertThat(SourceArchiveTest.read(signed).manifests())
        .allSatisfy(manifest -> assertThat(ManifestSignature.find(manifest.bytes())).isPresent());
  }
}
