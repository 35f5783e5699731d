package dev.countermark.format.nuget.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.format.nuget.Vectors;
import java.io.ByteArrayInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NuspecTest {
  static final String COMPLETE =
      """
      <?xml version="1.0" encoding="utf-8"?>
      <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
        <metadata minClientVersion="2.12">
          <id>Acme.Tools</id>
          <version>1.2.3-rc.1+build5</version>
          <authors>Ann, Bob</authors>
          <description>Tools &amp; more</description>
          <title>Tools</title>
          <summary>short</summary>
          <language>en-US</language>
          <projectUrl>https://acme.example/</projectUrl>
          <license type="expression">MIT</license>
          <icon>images\\icon.png</icon>
          <readme>README.md</readme>
          <tags>one two,three</tags>
          <requireLicenseAcceptance>true</requireLicenseAcceptance>
          <repository type="git" url="https://acme.example/tools.git" commit="abc" />
          <packageTypes><packageType name="DotnetTool" /></packageTypes>
          <dependencies>
            <group targetFramework="net8.0">
              <dependency id="Newtonsoft.Json" version="[13.0.1, )" exclude="Build,Analyzers" />
            </group>
            <group targetFramework=".NETStandard2.0" />
          </dependencies>
          <frameworkAssemblies><frameworkAssembly assemblyName="System" /></frameworkAssemblies>
        </metadata>
        <files><file src="a" target="b" /></files>
      </package>
      """;

  private static Nuspec parse(String xml) throws InvalidNuspecException {
    return Nuspec.parse(xml.getBytes(StandardCharsets.UTF_8));
  }

  private static Nuspec parse(String xml, Strictness strictness) throws InvalidNuspecException {
    return Nuspec.parse(xml.getBytes(StandardCharsets.UTF_8), strictness);
  }

  private static String minimal(String more) {
    return "<package><metadata><id>A</id><version>1.0.0</version><authors>x</authors>"
        + "<description>d</description>"
        + more
        + "</metadata></package>";
  }

  @Test
  void readsEverything() throws Exception {
    Nuspec nuspec = parse(COMPLETE);
    assertThat(nuspec.id().value()).isEqualTo("Acme.Tools");
    assertThat(nuspec.version().full()).isEqualTo("1.2.3-rc.1+build5");
    assertThat(nuspec.isSemVer2()).isTrue();
    assertThat(nuspec.authors()).isEqualTo("Ann, Bob");
    assertThat(nuspec.description()).isEqualTo("Tools & more");
    assertThat(nuspec.icon()).contains("images/icon.png");
    assertThat(nuspec.license()).contains(new Nuspec.License(false, "MIT"));
    assertThat(nuspec.tags()).containsExactly("one", "two", "three");
    assertThat(nuspec.requireLicenseAcceptance()).isTrue();
    assertThat(nuspec.minClientVersion()).contains("2.12");
    assertThat(nuspec.packageTypes())
        .extracting(Nuspec.PackageType::name)
        .containsExactly("DotnetTool");
    assertThat(nuspec.repository().orElseThrow().commit()).contains("abc");
    assertThat(nuspec.groups()).hasSize(2);
    assertThat(nuspec.groups().get(0).dependencies().get(0).range().normalized())
        .isEqualTo("[13.0.1, )");
    assertThat(nuspec.groups().get(1).dependencies()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-8"})
  void readsEveryEncoding(String charset) throws Exception {
    String xml = "\ufeff" + minimal("<title>\u00e4\u03b2</title>");
    byte[] bytes =
        xml.substring(charset.equals("UTF-16") ? 1 : 0).getBytes(Charset.forName(charset));
    assertThat(Nuspec.parse(bytes).title()).contains("\u00e4\u03b2");
  }

  @Test
  void aNuspecWithoutGroups() throws Exception {
    Nuspec nuspec =
        parse(minimal("<dependencies><dependency id='B' version='1.0'/></dependencies>"));
    assertThat(nuspec.groups()).hasSize(1);
    assertThat(nuspec.groups().get(0).targetFramework()).isEmpty();
    assertThat(nuspec.packageTypes()).containsExactly(Nuspec.DEPENDENCY);
    assertThat(nuspec.isSemVer2()).isFalse();
  }

  @Test
  void elementsOfOtherVocabulariesSayNothing() throws Exception {
    Nuspec nuspec =
        parse(
            "<package><metadata xmlns='http://schemas.microsoft.com/packaging/2010/07/nuspec.xsd'"
                + " xmlns:x='urn:x'><x:id>Evil</x:id><id>A</id><version>1.0.0-2.a</version>"
                + "<authors>x</authors><description>d</description>"
                + "<x:dependencies><x:dependency id='B'/></x:dependencies></metadata></package>");
    assertThat(nuspec.id().value()).isEqualTo("A");
    assertThat(nuspec.groups()).isEmpty();
  }

  @Test
  void refusesHalfACharacter() {
    byte[] xml = minimal("<title>ab</title>").getBytes(StandardCharsets.UTF_16BE);
    int at = new String(xml, StandardCharsets.UTF_16BE).indexOf("ab") * 2;
    xml[at] = (byte) 0xD8;
    xml[at + 1] = 0;
    assertThatThrownBy(() -> Nuspec.parse(xml)).hasMessageContaining("neither in UTF-8 nor");
    assertThatThrownBy(() -> parse(minimal("<title>&#xD800;</title>")))
        .hasMessageContaining("not well-formed");
  }

  @Test
  void aDependencyCanMakeItSemVer2() throws Exception {
    assertThat(
            parse(minimal("<dependencies><dependency id='B' version='1.0.0-a.1'/></dependencies>"))
                .isSemVer2())
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<title>a</title><title>b</title> | twice",
        "<title/><title/> | title twice",
        "<license type='file'>a</license><license type='file'>b</license> | license twice",
        "<dependencies/><dependencies/> | dependencies twice",
        "<ä/><ä/> | has ? twice",
        "<title>a<x/>b</title> | title mixes",
        "<title><x/>b</title> | title mixes",
        "<title>a<x/></title> | title mixes",
        "<projectUrl>javascript:alert(1)</projectUrl> | projectUrl",
        "<iconUrl>/relative</iconUrl> | iconUrl",
        "<license type='other'>x</license> | type file or expression",
        "<license type='expression'></license> | license is empty",
        "<requireLicenseAcceptance>maybe</requireLicenseAcceptance> | true or false",
        "<language>aaaaaaaaaaaaaaaaaaaaaaaaaaaa</language> | language",
        "<dependencies><dependency id='B' version='1.*'/></dependencies> | version range",
        "<dependencies><dependency id='B' version='1.0.0+x'/></dependencies> | version range",
        "<dependencies><dependency version='1.0'/></dependencies> | no valid id",
        "<dependencies><dependency id='B'/><dependency id='b'/></dependencies> | two dependencies",
        "<dependencies><group/><group/></dependencies> | one target framework",
        "<dependencies><group/><dependency id='B'/></dependencies> | all in groups",
        "<packageTypes><packageType/></packageTypes> | no name",
        "</metadata><metadata> | several metadata"
      })
  void aGalleryRefusesWhatBreaksARule(String more, String why) {
    assertThatThrownBy(() -> parse(minimal(more), Strictness.GALLERY))
        .isInstanceOf(InvalidNuspecException.class)
        .hasMessageContaining(why)
        .satisfies(e -> assertThat(e.getMessage()).matches("[\\x20-\\x7e]{1,200}"));
  }

  /** The client's answer to each was found by a restore from a folder, with 10.0.401. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "<title>a</title><title>b</title>",
        "<license type='file'>a</license><license type='file'>b</license>",
        "<dependencies/><dependencies/>",
        "<releaseNotes>a<x/>b</releaseNotes>",
        "<projectUrl>javascript:alert(1)</projectUrl>",
        "<projectUrl>https://acme.example/my project</projectUrl>",
        "<iconUrl>/relative</iconUrl>",
        "<licenseUrl>ftp://acme.example/</licenseUrl>",
        "<license>MIT</license>",
        "<license type='other'>x</license>",
        "<license type='expression'></license>",
        "<license type='expression'>NOT AN EXPRESSION (</license>",
        "<requireLicenseAcceptance>maybe</requireLicenseAcceptance>",
        "<language>aaaaaaaaaaaaaaaaaaaaaaaaaaaa</language>",
        "<dependencies><dependency id='B' version='1.*'/></dependencies>",
        "<dependencies><dependency id='B' version='1.0.0+x'/></dependencies>",
        "<dependencies><dependency id='B' version='~1.0'/></dependencies>",
        "<dependencies><dependency id='B'/><dependency id='b'/></dependencies>",
        "<dependencies><group/><group/></dependencies>",
        "<dependencies><group/><dependency id='B'/></dependencies>",
        "<dependencies><group targetFramework='bogus99'/></dependencies>",
        "<readme>./README.md</readme>"
      })
  void takesWhatTheClientTakes(String more) throws Exception {
    assertThat(parse(minimal(more)).id().value()).isEqualTo("A");
  }

  @Test
  void takesWhatTheClientTakesOfAWholeNuspec() throws Exception {
    Nuspec bare = parse("<package><metadata><id>A</id><version>1</version></metadata></package>");
    assertThat(bare.authors()).isEmpty();
    assertThat(bare.description()).isEmpty();
    String begin = "<package xmlns='urn:other'><metadata minClientVersion='99.0'><id>A</id>";
    Nuspec odd = parse(begin + "<version>1.0.0-0</version></metadata></package>");
    assertThat(odd.minClientVersion()).contains("99.0");
    assertThat(odd.version().normalized()).isEqualTo("1.0.0-0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.0.0-20240101", "1.0.0-0", "1.0.0--", "1.0.0-0a", "1.2.3.4-1"})
  void aGalleryRefusesLabelsThatOldClientsDoNotKnow(String version) throws Exception {
    String xml = minimal("").replace("1.0.0", version);
    assertThat(parse(xml).version().normalized()).isEqualTo(version);
    assertThatThrownBy(() -> parse(xml, Strictness.GALLERY))
        .hasMessageContaining("begin with a letter");
  }

  @Test
  void saysWhatTheClientReads() throws Exception {
    Nuspec nuspec =
        parse(
            minimal(
                "<title>a</title><title>b</title><copyright>c<x/></copyright>"
                    + "<projectUrl>https://acme.example/my \u00e4</projectUrl>"
                    + "<iconUrl>javascript:alert(1)</iconUrl>"
                    + "<license>MIT</license><license type='expression'>Apache-2.0</license>"
                    + "<requireLicenseAcceptance>True</requireLicenseAcceptance>"
                    + "<developmentDependency>1</developmentDependency>"
                    + "<dependencies><dependency id='Old'/><group>"
                    + "<dependency id='B' version='1.*'/><dependency id='C' version='no range'/>"
                    + "</group></dependencies>"));
    assertThat(nuspec.title()).contains("a");
    assertThat(nuspec.copyright()).isEmpty();
    assertThat(nuspec.projectUrl()).contains("https://acme.example/my%20%C3%A4");
    assertThat(nuspec.iconUrl()).isEmpty();
    assertThat(nuspec.license()).isEmpty();
    assertThat(nuspec.requireLicenseAcceptance()).isTrue();
    assertThat(nuspec.developmentDependency()).isFalse();
    assertThat(nuspec.groups()).hasSize(1);
    assertThat(nuspec.groups().get(0).dependencies())
        .extracting(d -> d.id() + " " + d.range())
        .containsExactly("B [1.0.0, )", "C (, )");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a b | a b has a blank at position 2",
        "a..b | a..b is none: an id has letters",
        "-a | -a is none: an id has letters",
        "a. | a. is none: an id has letters",
        "\u00e4 | has U+00E4 at position 1",
        "'' | no valid id: it is empty"
      })
  void saysWhichCharacterOfAnIdIsWrong(String id, String why) {
    assertThatThrownBy(() -> parse(minimal("").replace("<id>A", "<id>" + id)))
        .hasMessageContaining("no valid id: ")
        .hasMessageContaining(why);
    if (!id.isEmpty()) {
      String dependency = "<dependencies><dependency id='" + id + "'/></dependencies>";
      assertThatThrownBy(() -> parse(minimal(dependency))).hasMessageContaining(why);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1.0.0-b_1 | 1.0.0-b_1 has \"_\" at position 8",
        "1. 0 | 1. 0 has a blank at position 3",
        "1.0.0-01 | has the part 01: numbers of a label have no leading zeros",
        "1.0.0-a.00.b+x | has the part 00: numbers of a label have no leading zeros",
        "1.2147483648 | has the number 2147483648: at most 2147483647",
        "1.x | 1.x has \"x\" at position 3",
        "1.0.0-a..b | has an empty part",
        "'' | no valid version: it is empty"
      })
  void saysWhatIsWrongWithAVersion(String version, String why) {
    assertThatThrownBy(() -> parse(minimal("").replace("<version>1.0.0", "<version>" + version)))
        .hasMessageContaining("no valid version: ")
        .hasMessageContaining(why);
  }

  @Test
  void aVersionIsAFileNameAtMost() throws Exception {
    String label = "a".repeat(122);
    assertThat(parse(minimal("").replace("1.0.0", "1.0.0-" + label)).version().label())
        .isEqualTo(label);
    assertThatThrownBy(() -> parse(minimal("").replace("1.0.0", "1.0.0-a" + label)))
        .hasMessageContaining("129 characters: at most 128");
    assertThatThrownBy(
            () ->
                parse(minimal("").replace("1.0.0", "1.0.0-" + "a".repeat(60)), Strictness.GALLERY))
        .hasMessageContaining("66 characters: at most 64");
  }

  @ParameterizedTest
  @ValueSource(strings = {"<id>B</id>", "<version>2.0.0</version>", "<id/>"})
  void nobodyIsInDoubtAboutTheIdentity(String more) {
    assertThatThrownBy(() -> parse(minimal(more))).hasMessageContaining("twice");
  }

  @Test
  void nobodyIsInDoubtAboutWhereTheIdentityIs() {
    String prefixed =
        "<n:package xmlns:n='urn:n'><n:metadata><n:id>Good</n:id><n:version>1.0</n:version>"
            + "<id>Evil</id><version>1.0</version></n:metadata></n:package>";
    assertThatThrownBy(() -> parse(prefixed)).hasMessageContaining("has a prefix");
    assertThatThrownBy(() -> parse(minimal("").replace("<id>A", "<id>A<x/>B")))
        .hasMessageContaining("id mixes text and elements");
  }

  @ParameterizedTest
  @ValueSource(strings = {"iso-8859-1", "ISO-8859-1", "windows-1252"})
  void readsOldEncodingsThatAreDeclared(String encoding) throws Exception {
    String xml =
        "<?xml version=\"1.0\" encoding=\"" + encoding + "\"?>" + minimal("<title>\u00e4</title>");
    assertThat(Nuspec.parse(xml.getBytes(Charset.forName(encoding))).title()).contains("\u00e4");
    byte[] undeclared = minimal("<title>\u00e4</title>").getBytes(Charset.forName(encoding));
    assertThatThrownBy(() -> Nuspec.parse(undeclared)).hasMessageContaining("UTF-8");
  }

  @Test
  void theClientLeavesAuthorsOutOfSymbols() throws Exception {
    String symbols =
        "<package><metadata><id>A</id><version>1.0.0</version><description>d</description>"
            + "<packageTypes><packageType name='SymbolsPackage'/></packageTypes>"
            + "</metadata></package>";
    assertThat(parse(symbols, Strictness.GALLERY).isSymbolsPackage()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<package/> | no metadata",
        "<package><metadata/></package> | no valid id",
        "<package><metadata><id>a b</id><version>1.0</version></metadata></package> | no valid id",
        "<package><metadata><id>$id$</id><version>1.0</version></metadata></package> | no valid id",
        "<package><metadata><id>a</id><version>1.x</version></metadata></package> | valid version",
        "<package><metadata><id>a</id><version>1.0</version></metadata></package> | no authors",
        "<package><metadata minClientVersion='x'><id>a</id></metadata></package> | no valid version",
        "<package xmlns='urn:evil'><metadata/></package> | unknown namespace",
        "<package><metadata minClientVersion='99.0'><id>a</id><version>1</version></metadata></package>"
            + " | minClientVersion",
        "<package><metadata><id>a</id><version>1.0.0-1</version></metadata></package>"
            + " | begin with a letter",
        "<package xmlns:x='urn:x'><metadata><x:id>a</x:id></metadata></package> | no valid id",
        "<?xml version='1.0' encoding='iso-8859-15'?><package/> | another encoding",
        "<?xml version='1.0' encoding='utf-16'?><package/> | another encoding",
        "not xml | not well-formed",
        "<package> | not well-formed",
        "'' | not well-formed"
      })
  void refusesWhatIsIncomplete(String xml, String why) {
    assertThatThrownBy(() -> parse(xml, Strictness.GALLERY))
        .isInstanceOf(InvalidNuspecException.class)
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<!DOCTYPE p [<!ENTITY x 'y'>]>",
        "<!DOCTYPE p SYSTEM 'file:///etc/passwd'>",
        "<!DOCTYPE p [<!ENTITY % x SYSTEM 'http://127.0.0.1:1/'> %x;]>"
      })
  void neverReadsADocumentType(String doctype) {
    assertThatThrownBy(() -> parse(doctype + minimal("<title>&x;</title>")))
        .isInstanceOf(InvalidNuspecException.class);
    assertThatThrownBy(() -> parse(doctype + minimal("")))
        .isInstanceOf(InvalidNuspecException.class);
  }

  @Test
  void refusesWhatIsTooLargeOrTooDeep() {
    assertThatThrownBy(() -> Nuspec.parse(new byte[(1 << 20) + 1])).hasMessageContaining("1 MiB");
    assertThatThrownBy(() -> parse(minimal("<a>".repeat(50) + "</a>".repeat(50))))
        .hasMessageContaining("too deep");
    assertThatThrownBy(() -> parse(minimal("<b>" + "<a/>".repeat(30_000) + "</b>")))
        .hasMessageContaining("too many");
    StringBuilder many = new StringBuilder("<dependencies>");
    for (int i = 0; i < 4_000; i++) {
      many.append("<dependency id='Id").append(i).append("'/>");
    }
    assertThatThrownBy(() -> parse(minimal(many + "</dependencies>"), Strictness.GALLERY))
        .hasMessageContaining("too many dependencies");
    String copyright = "<copyright>" + "c".repeat(4_001) + "</copyright>";
    assertThatThrownBy(() -> parse(minimal(copyright), Strictness.GALLERY))
        .hasMessageContaining("4000");
  }

  @Test
  void damageIsRefusedAndNeverCrashes() throws Exception {
    byte[] sound = COMPLETE.getBytes(StandardCharsets.UTF_8);
    for (int seed = 0; seed < 3_000; seed++) {
      Random random = new Random(seed);
      byte[] damaged = sound.clone();
      for (int i = 0; i <= random.nextInt(4); i++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        Nuspec.parse(damaged);
      } catch (InvalidNuspecException e) {
        assertThat(e.getMessage()).matches("[\\x20-\\x7e]{1,200}");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "newtonsoft.json.13.0.4.nupkg, Newtonsoft.Json, 13.0.4",
    "nuget.versioning.5.0.0.nupkg, NuGet.Versioning, 5.0.0"
  })
  void readsPublishedPackages(String file, String id, String version) throws Exception {
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(Vectors.nuget(file)))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().endsWith(".nuspec")) {
          Nuspec nuspec = Nuspec.parse(zip.readAllBytes());
          assertThat(nuspec.id().value()).isEqualTo(id);
          assertThat(nuspec.version().normalized()).isEqualTo(version);
          return;
        }
      }
    }
    throw new AssertionError("no nuspec");
  }
}
