package dev.countermark.format.nuget.ingest;

import static dev.countermark.format.zip.TestArchives.ascii;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.format.nuget.Vectors;
import dev.countermark.format.nuget.metadata.Nuspec;
import dev.countermark.format.nuget.metadata.Strictness;
import dev.countermark.format.nuget.symbols.PortablePdb;
import dev.countermark.format.nuget.symbols.TestPdbs;
import dev.countermark.format.zip.TestArchives;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackageInspectorTest {
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
  private static final IngestLimits LIMITS = new IngestLimits(8 << 20, 6 << 20, 200);

  @TempDir Path folder;

  private final PackageInspector inspector = new PackageInspector(LIMITS);

  private static String nuspec(String more) {
    return "<package><metadata><id>Acme.Tools</id><version>1.0.0</version><authors>x</authors>"
        + "<description>d</description>"
        + more
        + "</metadata></package>";
  }

  private static TestArchives sound(String more) {
    TestArchives archive = new TestArchives();
    archive.deflated("Acme.Tools.nuspec", ascii(nuspec(more)));
    archive.deflated("lib/net8.0/Acme.Tools.dll", new byte[5_000]);
    return archive;
  }

  private InspectedPackage inspect(byte[] bytes) throws IOException, RefusedPackageException {
    Path file = Files.write(folder.resolve("p.nupkg"), bytes);
    try (FileChannel channel = FileChannel.open(file)) {
      return inspector.inspect(file, channel, NOW);
    }
  }

  private InspectedPackage inspect(byte[] bytes, Strictness strictness)
      throws IOException, RefusedPackageException {
    Path file = Files.write(folder.resolve("p.nupkg"), bytes);
    try (FileChannel channel = FileChannel.open(file)) {
      return inspector.inspect(file, channel, NOW, strictness);
    }
  }

  private InspectedSymbols inspectSymbols(byte[] bytes, Strictness strictness)
      throws IOException, RefusedPackageException {
    Path file = Files.write(folder.resolve("s.snupkg"), bytes);
    try (FileChannel channel = FileChannel.open(file)) {
      return inspector.inspectSymbols(file, channel, NOW, strictness);
    }
  }

  private void refusedByGalleries(String why, byte[] bytes) {
    assertThatThrownBy(() -> inspect(bytes, Strictness.GALLERY))
        .isInstanceOf(RefusedPackageException.class)
        .hasMessageContaining(why);
  }

  private void refused(String why, byte[] bytes) {
    assertThatThrownBy(() -> inspect(bytes))
        .isInstanceOf(RefusedPackageException.class)
        .hasMessageContaining(why)
        .satisfies(e -> assertThat(e.getMessage()).matches("[\\x20-\\x7e]{1,200}"));
  }

  private void refused(String why, Consumer<TestArchives> change) {
    TestArchives archive = sound("");
    change.accept(archive);
    refused(why, archive.bytes());
  }

  @Test
  void takesASoundPackage() throws Exception {
    TestArchives archive = sound("<icon>Images\\Icon.png</icon><readme>docs/README.md</readme>");
    archive.stored("images/icon.png", new byte[10]);
    archive.withDescriptor("docs/README.md", ascii("# hello"));
    archive.stored("_rels/.rels", ascii("<x/>"));
    archive.stored("lib/net8.0/", new byte[0]);
    InspectedPackage found = inspect(archive.bytes());
    assertThat(found.nuspec().id().value()).isEqualTo("Acme.Tools");
    assertThat(found.nuspecBytes()).asString().contains("<id>Acme.Tools</id>");
    assertThat(found.icon()).contains("images/icon.png");
    assertThat(found.readme()).contains("docs/README.md");
    assertThat(found.license()).isEmpty();
  }

  @Test
  void namesAreOneOnSystemsThatSeeThemAsOne() {
    refused(
        "same name",
        archive -> {
          archive.stored("docs/caf\u00e9.md", ascii("x"));
          archive.stored("docs/CAFE\u0301.md", ascii("x"));
        });
    refused(
        "same name",
        archive -> {
          archive.stored("docs/", new byte[0]);
          archive.stored("docs/", new byte[0]);
        });
  }

  @Test
  void namesThatOnlyLookSpecial() throws Exception {
    TestArchives archive = sound("<readme>read me.md</readme>");
    archive.stored("read%20me.md", ascii("x"));
    archive.stored("content/100%.txt", ascii("x"));
    archive.stored("content/a-b/c", ascii("x"));
    archive.stored("content/a", ascii("x"));
    archive.stored("content/a.txt", ascii("x"));
    archive.stored("content/%2525", ascii("x"));
    assertThat(inspect(archive.bytes()).readme()).contains("read%20me.md");
  }

  @Test
  void readsManyLongNamesWithoutKeepingTheirFolders() {
    TestArchives archive = sound("");
    for (int i = 0; i < 3_000; i++) {
      archive.stored("f" + i + "/a".repeat(500), new byte[0]);
    }
    archive.stored("f7/a", new byte[0]);
    refused("file and a folder", archive.bytes());
  }

  @ParameterizedTest
  @CsvSource({
    "newtonsoft.json.13.0.4.nupkg, Newtonsoft.Json 13.0.4",
    "nuget.versioning.5.0.0.nupkg, NuGet.Versioning 5.0.0+42a8779499c1d1ed2488c2e6b9e2ee6ff6107766",
    "SignedPackage.1.0.0.nupkg, SignedPackage 1.0.0",
    "Test.RepoCountersigned.1.0.0.nupkg, Test.RepoCountersigned 1.0.0",
    "Test.Reposigned.1.0.0.nupkg, Test.Reposigned 1.0.0",
    "TestAuthorAndRepoSigned.leaf-1.1.0.0.nupkg.testdata, TestAuthorAndRepoSigned.leaf-1 1.0.0",
    "TestPackage.AuthorSigned.1.0.0.nupkg, TestPackage.AuthorSigned 1.0.0",
    "TestRepoSigned.leaf-1.1.0.0.nupkg.testdata, TestRepoSigned.leaf-1 1.0.0",
    "TestSigned.leaf-1.1.0.0.nupkg.testdata, TestSigned.leaf-1 1.0.0",
    "TestSigned.leaf-2.2.0.0.nupkg.testdata, TestSigned.leaf-2 2.0.0",
    "TestUnsigned.1.0.0.nupkg.testdata, TestUnsigned 1.0.0",
    "UnavailableCrlPackage.nupkg, TestSigned.leaf-1 1.0.0",
    "UntrustedTimestampPackage.nupkg, TestSigned.leaf-1 1.0.0",
    "TimestampInvalidGenTimePackage.nupkg, ",
    "ExpiredPrimaryAndTimestampCertificatesWithUnavailableRevocationInfo.nupkg, "
  })
  void takesGoldenPackages(String name, String identity) throws Exception {
    byte[] bytes = Vectors.nuget(name);
    Path file = Files.write(folder.resolve("p.nupkg"), bytes);
    try (FileChannel channel = FileChannel.open(file)) {
      Nuspec nuspec =
          new PackageInspector(IngestLimits.defaults()).inspect(file, channel, NOW).nuspec();
      assertThat(nuspec.id() + " " + nuspec.version()).contains(identity == null ? "" : identity);
    }
  }

  @Test
  void refusesGoldenPackagesThatNobodyCouldSign() throws Exception {
    refused("Zip64", Vectors.nuget("Zip64Package.1.0.0.nupkg.testdata"));
  }

  @ParameterizedTest
  @CsvSource({
    "TimestampInvalidGenTimePackage.nupkg, no authors",
    "ExpiredPrimaryAndTimestampCertificatesWithUnavailableRevocationInfo.nupkg, no authors"
  })
  void galleriesRefuseGoldenPackagesThatSayTooLittle(String name, String why) throws Exception {
    refusedByGalleries(why, Vectors.nuget(name));
  }

  @Test
  void galleriesRefuseWhatIsDatedInTheFuture() throws Exception {
    TestArchives archive = sound("");
    archive.stored("x", ascii("x")).dosDate = (2026 - 1980) << 9 | 11 << 5 | 26;
    refusedByGalleries("future", archive.bytes());
    inspect(archive.bytes());
  }

  @ParameterizedTest
  @CsvSource({
    "./README.md, README.md, README.md",
    "/docs/readme.MD, docs/README.md, docs/README.md",
    ".\\docs\\README.md, docs/README.md, docs/README.md"
  })
  void findsEmbeddedFilesAsTheClientDoes(String path, String entry, String found) throws Exception {
    TestArchives archive = sound("<readme>" + path + "</readme>");
    archive.stored(entry, ascii("# hello"));
    assertThat(inspect(archive.bytes()).readme()).contains(found);
    assertThat(inspect(archive.bytes(), Strictness.GALLERY).readme()).contains(found);
  }

  @Test
  void namesThatOnlyBeginWithABlank() throws Exception {
    TestArchives archive = sound("");
    archive.stored("content/ a.txt", ascii("x"));
    inspect(archive.bytes());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "../evil.dll | leaves its folder",
        "lib/../../evil.dll | leaves its folder",
        "lib\\..\\evil.dll | leaves its folder",
        "%2e%2e%2fevil.dll | leaves its folder",
        "lib/%2e%2e/%2E%2E/evil.dll | leaves its folder",
        "./evil.dll | one dot",
        "/etc/passwd | absolute",
        "\\evil.dll | absolute",
        "%2fetc%2fpasswd | absolute",
        "C:/evil.dll | absolute",
        "c%3a/evil.dll | absolute",
        "lib//evil.dll | empty part",
        "lib/evil.dll. | dot or blank",
        "lib/evil. /x | dot or blank",
        "lib/a%00b | no file name has",
        "lib/a:b | U+003A, which no file name has",
        "LIB/NET8.0/acme.tools.DLL | same name",
        "lib\\net8.0\\Acme.Tools.dll | same name",
        "lib/net8.0/Acme.%54ools.dll | same name",
        "lib/net8.0/Acme.Tools.dll/x | file and a folder",
        "lib | file and a folder",
        "lib/net8.0 | file and a folder",
        "%2e%2e%2fevil%zz.dll | leaves its folder",
        "lib/%2e%2e/100%/%2E%2E/evil.dll% | leaves its folder",
        "%5c%5cserver%5cshare | absolute",
        "%2Esignature.p7s | package's signature",
        ".SIGNATURE.P7S/x | package's signature",
        "Acme%2Enuspec | ambiguous",
        "lib\\other.nuspec | ambiguous"
      })
  void refusesNamesThatLeadElsewhere(String name, String why) {
    refused(why, archive -> archive.stored(name, ascii("x")));
  }

  @Test
  void refusesNamesThatAreNotText() {
    refused(
        "not UTF-8",
        archive -> {
          TestArchives.Entry entry = archive.stored("x", ascii("x"));
          entry.localName = new byte[] {(byte) 0xC3, 0x28};
          entry.centralName = entry.localName;
        });
    refused("too long", archive -> archive.stored("n".repeat(2_000), ascii("x")));
  }

  private static byte[] noise(int length) {
    byte[] noise = new byte[length];
    new Random(1).nextBytes(noise);
    return noise;
  }

  @Test
  void refusesBombs() {
    refused(
        "An entry unfolds too far",
        archive -> {
          archive.deflated("b", new byte[5 << 20]);
          archive.stored("noise", noise(64 << 10));
        });
    refused(
        "The package unfolds too far",
        archive -> {
          for (int i = 0; i < 7; i++) {
            archive.deflated("b" + i, new byte[1 << 20]);
          }
        });
    byte[] noise = noise(3 << 20);
    refused(
        "too many bytes",
        archive -> {
          archive.stored("a", noise);
          archive.stored("b", noise);
          archive.stored("c", noise);
        });
    refused("too many bytes", archive -> archive.stored("a", new byte[7 << 20]));
    refused(
        "not what its header says",
        archive -> {
          // Says that it is small, and is not.
          TestArchives.Entry entry = archive.deflated("b", new byte[3 << 20]);
          entry.uncompressedSize = 100;
        });
  }

  @Test
  void refusesEntriesThatLie() {
    refused("", archive -> archive.deflated("x", ascii("hello")).crc32++);
    refused("", archive -> archive.deflated("x", ascii("hello")).uncompressedSize = 50);
    refused("", archive -> archive.deflated("x", ascii("hello")).uncompressedSize = 2);
    refused("encrypted", archive -> archive.stored("x", ascii("x")).flags = 1);
    refused("encrypted", archive -> archive.stored("x", ascii("x")).localFlags = 1 << 6);
    refused("two sizes", archive -> archive.stored("x", ascii("x")).uncompressedSize = 2);
    refused("headers that disagree", localHeaderWith(8));
    refused("headers that disagree", localHeaderWith(14));
    refused("headers that disagree", localHeaderWith(22));
    refused("neither stored nor deflated", archive -> archive.stored("x", ascii("x")).method = 12);
    refused("different names", archive -> archive.stored("x", ascii("x")).localName = ascii("y"));
    refused(
        "Zip64",
        archive ->
            archive.stored("x", ascii("x")).centralExtra =
                new byte[] {1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  }

  /** The first entry's local header with one byte of a field changed. */
  private static byte[] localHeaderWith(int offset) {
    byte[] bytes = sound("").bytes();
    bytes[offset]++;
    return bytes;
  }

  @Test
  void refusesEntriesThatOverlapOrHide() {
    refused("overlap", archive -> archive.stored("x", ascii("x")).compressedSize = 60);
    refused("one local header", archive -> archive.stored("x", ascii("x")).localOffset = 0L);
    refused("before the first entry", sound("").prefix(new byte[4]).bytes());
    refused("between the central directory", sound("").gap(new byte[4]).bytes());
    refused("after the end", sound("").trailing(new byte[4]).bytes());
  }

  @Test
  void refusesPackagesWithoutOneNuspec() {
    TestArchives none = new TestArchives();
    none.stored("lib/x.dll", ascii("x"));
    none.stored("lib/Acme.nuspec", ascii(nuspec("")));
    refused("no nuspec", none.bytes());
    refused("several nuspec", archive -> archive.stored("Other.nuspec", ascii(nuspec(""))));
    refused("not well-formed", bytesWithNuspec("<package>"));
    refused("no valid id", bytesWithNuspec("<package><metadata/></package>"));
    refused("not a ZIP", ascii("this is no archive at all, only text"));
    refused(
        "symbols package",
        sound("<packageTypes><packageType name='SymbolsPackage'/></packageTypes>").bytes());
  }

  private static byte[] bytesWithNuspec(String xml) {
    TestArchives archive = new TestArchives();
    archive.stored("a.nuspec", ascii(xml));
    return archive.bytes();
  }

  @Test
  void embeddedFilesThatNobodyIsHandedOut() throws Exception {
    byte[] none = sound("<icon>icon.png</icon>").bytes();
    refusedByGalleries("icon is not in the package", none);
    assertThat(inspect(none).icon()).isEmpty();
    TestArchives svg = sound("<icon>icon.svg</icon>");
    svg.stored("icon.svg", ascii("<svg/>"));
    refusedByGalleries("of a kind", svg.bytes());
    assertThat(inspect(svg.bytes()).icon()).isEmpty();
    TestArchives large = sound("<license type='file'>LICENSE.txt</license>");
    large.stored("LICENSE.txt", noise((1 << 20) + 1));
    refusedByGalleries("more than 1 MiB", large.bytes());
    assertThat(inspect(large.bytes()).license()).isEmpty();
  }

  private static TestArchives symbols() {
    TestArchives archive = new TestArchives();
    String type = "<packageTypes><packageType name='SymbolsPackage'/></packageTypes>";
    archive.deflated("Acme.Tools.nuspec", ascii(nuspec(type)));
    return archive;
  }

  private void refusedSymbols(String why, TestArchives archive, Strictness strictness) {
    assertThatThrownBy(() -> inspectSymbols(archive.bytes(), strictness))
        .isInstanceOf(RefusedPackageException.class)
        .hasMessageContaining(why)
        .satisfies(e -> assertThat(e.getMessage()).matches("[\\x20-\\x7e]{1,200}"));
  }

  @Test
  void findsThePdbFilesOfSymbols() throws Exception {
    TestArchives archive = symbols();
    byte[] pdb = TestPdbs.portable(new UUID(1, 2), noise(70_000));
    archive.deflated("lib/net8.0/Acme.Tools.pdb", pdb);
    archive.stored("lib\\net9.0\\Acme%20Tools.PDB", pdb);

    for (Strictness strictness : Strictness.values()) {
      InspectedSymbols found = inspectSymbols(archive.bytes(), strictness);
      assertThat(found.nuspec().id().value()).isEqualTo("Acme.Tools");
      assertThat(found.flawed()).isEmpty();
      assertThat(found.pdbs())
          .extracting(InspectedSymbols.Pdb::file)
          .containsExactlyInAnyOrder("Acme.Tools.pdb", "Acme Tools.PDB");
      assertThat(found.pdbs())
          .extracting(InspectedSymbols.Pdb::pdb)
          .containsOnly(new PortablePdb(TestPdbs.guid(new UUID(1, 2)), TestPdbs.checksum(pdb)));
    }
  }

  @Test
  void symbolsAreOfTheirOwnKind() throws Exception {
    TestArchives other = symbols();
    other.stored("lib/net8.0/Acme.Tools.dll", ascii("MZ"));
    refusedSymbols("no such file", other, Strictness.GALLERY);
    assertThat(inspectSymbols(other.bytes(), Strictness.CLIENT).pdbs()).isEmpty();

    TestArchives windows = symbols();
    windows.stored("Acme.Tools.pdb", ascii("Microsoft C/C++ MSF 7.00"));
    refusedSymbols("portable PDB", windows, Strictness.GALLERY);
    refusedSymbols("portable PDB", windows, Strictness.CLIENT);

    TestArchives broken = symbols();
    broken.stored("Acme.Tools.pdb", ascii("BSJB and more"));
    refusedSymbols("portable PDB", broken, Strictness.GALLERY);
    InspectedSymbols taken = inspectSymbols(broken.bytes(), Strictness.CLIENT);
    assertThat(taken.pdbs()).isEmpty();
    assertThat(taken.flawed()).hasSize(1).first().asString().contains("Acme.Tools.pdb");

    refusedSymbols("not of type SymbolsPackage", sound(""), Strictness.CLIENT);
  }

  @Test
  void symbolsOfTooManyFiles() {
    TestArchives archive = symbols();
    for (int i = 0; i <= 1_000; i++) {
      archive.stored("lib/" + i + ".pdb", TestPdbs.portable(new UUID(1, i), new byte[0]));
    }
    refusedSymbols("more than 1000 PDB files", archive, Strictness.CLIENT);
  }

  @Test
  void damageIsRefusedAndNeverCrashes() throws Exception {
    TestArchives archive = sound("<readme>README.md</readme>");
    archive.withDescriptor("README.md", ascii("# hello"));
    byte[] bytes = archive.bytes();
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      byte[] damaged = bytes.clone();
      for (int i = 0; i <= random.nextInt(4); i++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        inspect(
            random.nextInt(5) == 0
                ? java.util.Arrays.copyOf(damaged, random.nextInt(damaged.length))
                : damaged);
      } catch (RefusedPackageException e) {
        assertThat(e.getMessage()).matches("[\\x20-\\x7e]{1,200}");
      }
    }
  }
}
