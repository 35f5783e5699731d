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
  void refusesWhatBreaksARule(String more, String why) {
    assertThatThrownBy(() -> parse(minimal(more)))
        .isInstanceOf(InvalidNuspecException.class)
        .hasMessageContaining(why);
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
        "<package xmlns='urn:evil'><metadata/></package> | unknown namespace",
        "<package><metadata minClientVersion='99.0'><id>a</id><version>1</version></metadata></package>"
            + " | minClientVersion",
        "<package><metadata><id>a</id><version>1.0.0-1</version></metadata></package>"
            + " | begin with a letter",
        "<package xmlns:x='urn:x'><metadata><x:id>a</x:id></metadata></package> | no valid id",
        "<?xml version='1.0' encoding='iso-8859-1'?><package/> | another encoding",
        "<?xml version='1.0' encoding='utf-16'?><package/> | another encoding",
        "not xml | not well-formed",
        "<package> | not well-formed",
        "'' | not well-formed"
      })
  void refusesWhatIsIncomplete(String xml, String why) {
    assertThatThrownBy(() -> parse(xml))
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
    assertThatThrownBy(() -> parse(minimal(many + "</dependencies>")))
        .hasMessageContaining("too many dependencies");
    assertThatThrownBy(() -> parse(minimal("<copyright>" + "c".repeat(4_001) + "</copyright>")))
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
