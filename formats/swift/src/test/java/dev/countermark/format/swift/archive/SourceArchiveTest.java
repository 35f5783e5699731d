package dev.countermark.format.swift.archive;

import static dev.countermark.format.swift.SwiftSamples.file;
import static dev.countermark.format.swift.SwiftSamples.folder;
import static dev.countermark.format.swift.SwiftSamples.link;
import static dev.countermark.format.swift.SwiftSamples.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.format.swift.SwiftSamples;
import dev.countermark.format.swift.archive.InvalidArchiveException.Rule;
import dev.countermark.format.swift.manifest.Manifest;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.TestArchives;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourceArchiveTest {
  private static final ArchiveLimits LIMITS = ArchiveLimits.defaults();

  static SourceArchive read(byte[] archive) throws Exception {
    return SourceArchive.read(ByteSource.of(archive), LIMITS);
  }

  private static void refused(Rule rule, String why, byte[] archive) {
    refused(rule, why, archive, LIMITS);
  }

  private static void refused(Rule rule, String why, byte[] archive, ArchiveLimits limits) {
    assertThatThrownBy(() -> SourceArchive.read(ByteSource.of(archive), limits))
        .isInstanceOfSatisfying(
            InvalidArchiveException.class,
            e -> {
              assertThat(e).hasMessageContaining(why);
              assertThat(e.getMessage()).endsWith(".").matches("[A-Z].*");
              assertThat(e.rule()).isEqualTo(rule);
            });
  }

  private static byte[] with(Consumer<TestArchives> change) {
    TestArchives archive = SwiftSamples.archive();
    change.accept(archive);
    return archive.bytes();
  }

  private static byte[] withManifest(String content) {
    TestArchives archive = new TestArchives();
    file(archive, "a/Package.swift", content);
    return archive.bytes();
  }

  @Test
  void tellsRootAndManifests() throws Exception {
    SourceArchive archive = read(SwiftSamples.archive().bytes());
    assertThat(archive.root()).isEqualTo("acme.Lib");
    assertThat(archive.manifests())
        .extracting(Manifest::file)
        .containsExactly("Package.swift", "Package@swift-5.9.swift");
    assertThat(archive.manifests())
        .extracting(m -> m.toolsVersion().toString())
        .containsExactly("5.7", "5.9");
    assertThat(archive.mainManifest().bytes()).isEqualTo(utf8(SwiftSamples.PACKAGE_SWIFT));
    assertThat(archive.warnings()).isEmpty();
  }

  @Test
  void anAcceptedArchiveIsOpenedByItsManifestsAlone() throws Exception {
    SourceArchive archive =
        SourceArchive.readAccepted(ByteSource.of(SwiftSamples.archive().bytes()), LIMITS);
    assertThat(archive.manifests()).hasSize(2);
    assertThat(archive.root()).isEqualTo("acme.Lib");
  }

  @Test
  void onlyOneFolderAtTheTop() {
    refused(Rule.ROOT, "more than one", with(a -> file(a, "__MACOSX/x", "x")));
    refused(Rule.ROOT, "more than one", with(a -> file(a, "ACME.lib/x", "x")));
    TestArchives flat = new TestArchives();
    file(flat, "Package.swift", SwiftSamples.PACKAGE_SWIFT);
    refused(Rule.ROOT, "file at its top", flat.bytes());
  }

  @Test
  void aManifestMustBeARegularFileInTheRoot() {
    TestArchives deeper = new TestArchives();
    file(deeper, "a/b/Package.swift", SwiftSamples.PACKAGE_SWIFT);
    refused(Rule.MANIFEST, "no Package.swift directly in the folder a", deeper.bytes());
    TestArchives other = new TestArchives();
    file(other, "a/package.swift", SwiftSamples.PACKAGE_SWIFT);
    refused(Rule.MANIFEST, "no Package.swift", other.bytes());
    TestArchives linked = new TestArchives();
    link(linked, "a/Package.swift", "Other.swift");
    refused(Rule.MANIFEST, "not a regular file", linked.bytes());
    refused(
        Rule.MANIFEST,
        "not a regular file",
        with(a -> link(a, "acme.Lib/Package@swift-6.0.swift", "Package.swift")));
    TestArchives folder = new TestArchives();
    folder(folder, "a/Package.swift/");
    refused(Rule.MANIFEST, "no Package.swift", folder.bytes());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/etc/passwd",
        "acme.Lib/../x",
        "acme.Lib/./x",
        "acme.Lib//x",
        "acme.Lib\\x",
        "acme.Lib/a\\..\\x",
        "acme.Lib/a\0b",
        "acme.Lib/a\nb"
      })
  void namesThatLeadElsewhere(String name) {
    refused(Rule.NAMES, "name of an entry", with(a -> file(a, name, "x")));
  }

  @Test
  void namesThatMeetOrAreNone() {
    refused(Rule.NAMES, "same name", with(a -> file(a, "acme.Lib/README.md", "x")));
    refused(Rule.NAMES, "only in case", with(a -> file(a, "acme.Lib/Readme.md", "x")));
    refused(Rule.NAMES, "below another", with(a -> file(a, "acme.Lib/README.md/x", "x")));
    refused(
        Rule.NAMES,
        "not UTF-8",
        with(
            a -> {
              TestArchives.Entry entry = file(a, "acme.Lib/x", "x");
              entry.centralName = new byte[] {'a', (byte) 0xFF};
              entry.localName = entry.centralName;
            }));
    refused(
        Rule.NAMES,
        "only in case",
        with(
            a -> {
              file(a, "acme.Lib/\u00e9", "x");
              file(a, "acme.Lib/e\u0301", "x");
            }));
  }

  @ParameterizedTest
  @CsvSource({
    "/etc/passwd, absolute",
    "../../x, out of the package",
    "../../../x, out of the package",
    "a/../../../x, out of the package",
    "Self, circle",
    "a\\b, absolute or no path",
    "up/../../x, out of the package",
    "README.md/../../../x, out of the package"
  })
  void linksThatLeadElsewhere(String target, String why) {
    refused(
        Rule.LINKS,
        why,
        with(
            a -> {
              link(a, "acme.Lib/Sources/up", "../");
              link(a, "acme.Lib/Sources/Self", target);
            }));
  }

  @Test
  void linksThatChangeWhereOthersLead() throws Exception {
    // By text deep/../../x stays inside; by the file system it does not.
    refused(
        Rule.LINKS,
        "out of the package",
        with(
            a -> {
              link(a, "acme.Lib/a/b/c/deep", "../../..");
              link(a, "acme.Lib/a/b/c/x", "deep/../y");
            }));
    refused(
        Rule.LINKS,
        "below another",
        with(
            a -> {
              link(a, "acme.Lib/d", "Sources");
              file(a, "acme.Lib/d/x", "x");
            }));
    read(with(a -> link(a, "acme.Lib/Sources/root", "..")));
    read(with(a -> link(a, "acme.Lib/dangling", "not/there")));
  }

  @Test
  void kindsThatAreNoFiles() {
    refused(
        Rule.NAMES,
        "neither a file",
        with(a -> file(a, "acme.Lib/pipe", "").externalAttributes = 010644L << 16));
    refused(
        Rule.NAMES,
        "neither a file",
        with(a -> file(a, "acme.Lib/x", "").externalAttributes = 040755L << 16));
  }

  @Test
  void structuresThatReadersDisagreeAbout() {
    refused(Rule.STRUCTURE, "before the first", SwiftSamples.archive().prefix(utf8("#!")).bytes());
    refused(Rule.STRUCTURE, "after the end", SwiftSamples.archive().trailing(utf8("x")).bytes());
    refused(Rule.STRUCTURE, "between", SwiftSamples.archive().gap(utf8("x")).bytes());
    refused(
        Rule.STRUCTURE,
        "different names",
        with(a -> file(a, "acme.Lib/x", "x").localName = utf8("acme.Lib/y")));
    refused(
        Rule.STRUCTURE,
        "belong to no entry",
        with(a -> a.withDescriptor("acme.Lib/x", utf8("x")).descriptor = new byte[5]));
    refused(Rule.STRUCTURE, "overlap", with(a -> file(a, "acme.Lib/x", "x").compressedSize = 99));
    refused(
        Rule.UNSUPPORTED,
        "encrypted",
        with(
            a -> {
              TestArchives.Entry entry = file(a, "acme.Lib/x", "x");
              entry.flags = 1;
              entry.localFlags = 1;
            }));
    refused(
        Rule.UNSUPPORTED, "neither stored nor", with(a -> file(a, "acme.Lib/x", "").method = 9));
    refused(
        Rule.UNSUPPORTED,
        "Zip64",
        with(a -> file(a, "acme.Lib/x", "x").centralExtra = new byte[] {1, 0, 0, 0}));
    refused(Rule.STRUCTURE, "not a ZIP", utf8("hello, this is some text and no archive"));
    refused(Rule.STRUCTURE, "empty", new TestArchives().bytes());
    refused(
        Rule.NAMES,
        "in Unicode",
        with(
            a ->
                file(a, "acme.Lib/x", "x").centralExtra =
                    new byte[] {0x75, 0x70, 6, 0, 1, 0, 0, 0, 0, 'y'}));
  }

  @Test
  void entriesThatAreNotWhatTheySay() {
    refused(Rule.DAMAGED, "not what", with(a -> file(a, "acme.Lib/x", "x").crc32++));
    refused(Rule.DAMAGED, "not what", with(a -> file(a, "acme.Lib/x", "xyz").uncompressedSize--));
    refused(Rule.DAMAGED, "not what", with(a -> file(a, "acme.Lib/x", "xyz").uncompressedSize++));
    refused(
        Rule.DAMAGED,
        "not what",
        with(
            a -> {
              TestArchives.Entry entry = file(a, "acme.Lib/x", "xyz");
              entry.data = Arrays.copyOf(entry.data, entry.data.length + 4);
              entry.compressedSize += 4;
            }));
    refused(
        Rule.NAMES, "folder has content", with(a -> a.stored("acme.Lib/docs/", utf8("hidden"))));
  }

  @Test
  void bombs() {
    String zeros = "\0".repeat(3 << 20);
    refused(Rule.TOO_LARGE, "unfolds too far", with(a -> file(a, "acme.Lib/x", zeros)));
    ArchiveLimits small = new ArchiveLimits(20, 2_000, 1_500, 200, 1 << 20);
    refused(
        Rule.TOO_LARGE,
        "too many bytes",
        with(a -> file(a, "acme.Lib/x", "x".repeat(1_501))),
        small);
    refused(
        Rule.TOO_LARGE, "too many bytes", with(a -> file(a, "acme.Lib/x", "x".repeat(999))), small);
    refused(
        Rule.TOO_LARGE,
        "more than 20 entries",
        with(a -> IntStream.range(0, 20).forEach(i -> file(a, "acme.Lib/f" + i, ""))),
        small);
    // Says little, unfolds far.
    refused(
        Rule.DAMAGED, "not what", with(a -> file(a, "acme.Lib/x", zeros).uncompressedSize = 100));
  }

  @Test
  void manifestsThatNobodyCouldVerify() {
    String good = SwiftSamples.PACKAGE_SWIFT;
    refused(Rule.MANIFEST, "byte order mark", withManifest("\uFEFF" + good));
    refused(Rule.MANIFEST, "carriage return", withManifest(good + "\r"));
    refused(Rule.MANIFEST, "no tools version", withManifest("import PackageDescription\n"));
    refused(Rule.MANIFEST, "no tools version", withManifest("// swift-tools-version:6\n"));
    refused(Rule.MANIFEST, "no tools version", withManifest(""));
    refused(Rule.MANIFEST, "more than 1048576 bytes", withManifest(good + randomText(1 << 20)));
    TestArchives latin = new TestArchives();
    latin.stored("a/Package.swift", (good + "// \u00e9\n").getBytes(StandardCharsets.ISO_8859_1));
    refused(Rule.MANIFEST, "not UTF-8", latin.bytes());
  }

  private static String randomText(int length) {
    StringBuilder text = new StringBuilder("// ");
    new Random(1).ints(length, 'a', 'z').forEach(c -> text.append((char) c));
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", ""})
  void manifestsMayEndAsTheyLike(String end) throws Exception {
    read(withManifest(SwiftSamples.PACKAGE_SWIFT.strip() + end));
  }

  @Test
  void warnsOfWhatClientsStumbleOver() throws Exception {
    assertThat(
            read(with(a -> file(a, "acme.Lib/Package@swift-5.8.swift", SwiftSamples.PACKAGE_5_9)))
                .warnings())
        .anyMatch(w -> w.contains("Package@swift-5.8.swift declares tools version 5.9"))
        .anyMatch(w -> w.contains("same tools version as"));
    assertThat(
            read(with(
                    a ->
                        file(
                            a,
                            "acme.Lib/Package@swift-6.swift",
                            SwiftSamples.PACKAGE_SWIFT.replace("5.7", "6.0"))))
                .warnings())
        .containsExactly(
            "Package@swift-6.swift names no minor version: Swift 6.0 fails to resolve it.");
    assertThat(
            read(with(a -> folder(a, "acme.Lib/docs/").externalAttributes = 040644L << 16))
                .warnings())
        .hasSize(1)
        .first()
        .asString()
        .contains("acme.Lib/docs has no execute bit");
  }

  @Test
  void moreManifestsAndLinksThanAnybodyHas() {
    refused(
        Rule.MANIFEST,
        "too many manifests",
        with(
            a ->
                IntStream.range(0, 31)
                    .forEach(
                        i ->
                            file(
                                a,
                                "acme.Lib/Package@swift-6." + i + ".swift",
                                SwiftSamples.PACKAGE_SWIFT))));
    refused(
        Rule.TOO_LARGE,
        "symbolic links",
        with(
            a ->
                IntStream.range(0, 4_096)
                    .forEach(i -> link(a, "acme.Lib/Sources/l" + i, "../README.md"))));
    refused(
        Rule.LINKS, "too long target", with(a -> link(a, "acme.Lib/Sources/l", "x".repeat(1_025))));
  }

  @Test
  void warnsOfLinksInTheRoot() throws Exception {
    assertThat(read(with(a -> link(a, "acme.Lib/link", "README.md"))).warnings())
        .hasSize(1)
        .first()
        .asString()
        .contains("acme.Lib/link lies directly");
  }

  @Test
  void readsWhatJavaWrites() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("a/"));
      zip.putNextEntry(new ZipEntry("a/Package.swift"));
      zip.write(utf8(SwiftSamples.PACKAGE_SWIFT));
      zip.putNextEntry(new ZipEntry("a/\u00e9.txt"));
      zip.write(utf8("x".repeat(10_000)));
    }
    SourceArchive archive = read(bytes.toByteArray());
    assertThat(archive.root()).isEqualTo("a");
    assertThat(archive.warnings()).isEmpty();
  }

  static IntStream seeds() {
    return IntStream.range(0, 400);
  }

  /**
   * Whatever the bytes: a result or the one exception, never another, and never an endless walk.
   */
  @ParameterizedTest
  @MethodSource("seeds")
  void damagedArchivesAreRefusedOrRead(int seed) throws Exception {
    byte[] bytes = SwiftSamples.archive().bytes();
    Random random = new Random(seed);
    for (int i = random.nextInt(4); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    try {
      SourceArchive archive = read(bytes);
      assertThat(archive.manifests()).isNotEmpty();
      assertThat(archive.root()).isNotEmpty().doesNotContain("/", "..");
    } catch (InvalidArchiveException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
    try {
      SourceArchive.readAccepted(ByteSource.of(bytes), LIMITS);
    } catch (InvalidArchiveException e) {
      assertThat(e.getMessage()).isNotBlank();
    } catch (IOException e) {
      throw new AssertionError("for what the bytes hold", e);
    }
  }
}
