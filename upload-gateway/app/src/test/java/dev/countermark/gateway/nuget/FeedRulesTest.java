package dev.countermark.gateway.nuget;

import static dev.countermark.format.zip.TestArchives.ascii;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.format.nuget.SignedPackages;
import dev.countermark.format.nuget.Vectors;
import dev.countermark.format.zip.TestArchives;
import dev.countermark.gateway.nuget.FeedClient.Answer;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** By whose rules packages are taken: what clients install, unless a feed is as a gallery. */
@QuarkusTest
class FeedRulesTest extends FeedTestBase {
  private static final String GALLERY = "{\"strictness\":\"gallery\"}";

  private int number;

  /** Packages of all kinds that feeds have which are moved here, by what is odd about them. */
  private Map<String, byte[]> kinds() throws Exception {
    Map<String, byte[]> kinds = new LinkedHashMap<>();
    for (String version :
        List.of(
            "1.0.0-20240101",
            "1.0.0-0",
            "1.0.0-1",
            "1.0.0-0a",
            "1.0.0--",
            "1.0.0-beta-",
            "1",
            "1.0",
            "1.2.3.4",
            "0.0.0",
            "01.02.03",
            "1.0.0-rc.1",
            "1.0.0-RC1",
            "1.0.0+build.5",
            "1.2.3.4-rc.1+meta.01",
            "1.0.0-20240101.1",
            "2147483647.0.0",
            "1.0.0-ci0042",
            "1.0.0-feature-" + "x".repeat(90),
            "2024.1.31")) {
      kinds.put("version " + version, Packages.sound(id(), version));
    }
    for (String id : List.of("A", "7", "_", "a_b", "Acme.Tools-Core_2", "x".repeat(100))) {
      kinds.put("id " + id, Packages.sound(id, "1.0.0"));
    }
    for (String metadata :
        List.of(
            "<projectUrl>https://acme.example/my project</projectUrl>",
            "<projectUrl>https://acme.example/a|b</projectUrl>",
            "<projectUrl>http://acme.example:80</projectUrl>",
            "<projectUrl>https://b\u00fccher.example/\u00e4</projectUrl>",
            "<projectUrl>www.acme.example</projectUrl>",
            "<projectUrl></projectUrl>",
            "<licenseUrl>ftp://acme.example/license</licenseUrl>",
            "<licenseUrl>file:///c:/license.txt</licenseUrl>",
            "<iconUrl>icon.png</iconUrl>",
            "<iconUrl>data:image/png;base64,AAAA</iconUrl>",
            "<readme>./README.md</readme>",
            "<readme>missing.md</readme>",
            "<readme>docs/README.txt</readme>",
            "<icon>icon.svg</icon>",
            "<icon>/images/icon.png</icon>",
            "<license type=\"file\">LICENSE.rst</license>",
            "<license type=\"expression\">Proprietary</license>",
            "<license type=\"expression\"></license>",
            "<license>MIT</license>",
            "<title>one</title><title>two</title>",
            "<title></title>",
            "<title>" + "t".repeat(300) + "</title>",
            "<summary>" + "s".repeat(5_000) + "</summary>",
            "<releaseNotes>" + "r".repeat(40_000) + "</releaseNotes>",
            "<releaseNotes>see <b>there</b></releaseNotes>",
            "<copyright>" + "c".repeat(5_000) + "</copyright>",
            "<language>English (United States)</language>",
            "<tags>" + "tag ".repeat(2_000) + "</tags>",
            "<requireLicenseAcceptance>yes</requireLicenseAcceptance>",
            "<developmentDependency>1</developmentDependency>",
            "<owners>acme, others</owners>",
            "<unheardOf attribute=\"1\"><of>this</of></unheardOf>",
            "<repository type=\"" + "g".repeat(200) + "\" url=\"git@acme.example:tools.git\"/>",
            "<packageTypes><packageType name=\"DotnetTool\"/></packageTypes>",
            "<packageTypes><packageType name=\"OfOurOwn\" version=\"2.0\"/></packageTypes>",
            "<contentFiles><files include=\"**\" buildAction=\"None\"/></contentFiles>",
            "<frameworkAssemblies><frameworkAssembly assemblyName=\"System\"/></frameworkAssemblies>",
            "<references><group><reference file=\"a.dll\"/></group></references>")) {
      kinds.put(metadata, Packages.archive(id(), "1.0.0", metadata).bytes());
    }
    for (String dependencies :
        List.of(
            "<dependency id=\"B\"/>",
            "<dependency id=\"B\" version=\"\"/>",
            "<dependency id=\"B\" version=\"1.*\"/>",
            "<dependency id=\"B\" version=\"*-*\"/>",
            "<dependency id=\"B\" version=\"[1.*,2.0)\"/>",
            "<dependency id=\"B\" version=\"1.0.0-*\"/>",
            "<dependency id=\"B\" version=\"1.0.0+abc\"/>",
            "<dependency id=\"B\" version=\"~1.0\"/>",
            "<dependency id=\"B\" version=\"(1.0)\"/>",
            "<dependency id=\"B\" version=\"[1.0, 1.0)\"/>",
            "<dependency id=\"B\" version=\"1.0.0-01\"/>",
            "<dependency id=\"B\" version=\"1.0\"/><dependency id=\"b\" version=\"2.0\"/>",
            "<group><dependency id=\"B\"/></group><dependency id=\"C\"/>",
            "<group targetFramework=\"net8.0\"/><group targetFramework=\"net8.0\"/>",
            "<group targetFramework=\"of tomorrow\"><dependency id=\"B\"/></group>",
            "<group targetFramework=\".NETFramework4.0-Client\"/>",
            "<group/>",
            "")) {
      kinds.put(
          dependencies,
          Packages.archive(id(), "1.0.0", "<dependencies>" + dependencies + "</dependencies>")
              .bytes());
    }
    for (String client : List.of("2.12", "7.9.9", "99.0", "8")) {
      kinds.put(
          "client " + client,
          nuspec("<metadata>", "<metadata minClientVersion=\"" + client + "\">"));
    }
    kinds.put("no authors", nuspec("<authors>.*</authors>", ""));
    kinds.put("no description", nuspec("<description>.*</description>", ""));
    kinds.put("long description", nuspec("A sample.", "d".repeat(100_000)));
    kinds.put("other namespace", nuspec("<package>", "<package xmlns=\"urn:acme\">"));
    kinds.put(
        "old namespace",
        nuspec(
            "<package>",
            "<package xmlns=\"http://schemas.microsoft.com/packaging/2010/07/nuspec.xsd\">"));
    kinds.put("no declaration", nuspec("<\\?xml.*\\?>\n", ""));
    kinds.put("with a mark", nuspec("^", "\ufeff"));
    kinds.put("UTF-16", encoded("utf-16", "A sampl\u00e9"));
    kinds.put("Latin-1", encoded("iso-8859-1", "A sampl\u00e9"));
    kinds.put("Windows-1252", encoded("windows-1252", "A sampl\u20ac"));
    archive(
        kinds, "a future date", a -> a.stored("x", ascii("x")).dosDate = (2100 - 1980) << 9 | 33);
    archive(kinds, "no date", a -> a.stored("x", ascii("x")).dosDate = 0);
    archive(kinds, "a blank before a name", a -> a.stored("content/ a.txt", ascii("x")));
    archive(kinds, "a backslash", a -> a.stored("lib\\net45\\a.dll", ascii("x")));
    archive(kinds, "an encoded name", a -> a.stored("content/a%20b%2B.txt", ascii("x")));
    archive(kinds, "a foreign name", a -> a.stored("content/\u00e4\u4e2d.txt", ascii("x")));
    archive(kinds, "folders", a -> a.stored("content/empty/", new byte[0]));
    archive(kinds, "a descriptor", a -> a.withDescriptor("content/a.txt", ascii("x")));
    archive(
        kinds,
        "as the client packs",
        a -> {
          a.deflated("_rels/.rels", ascii("<Relationships/>"));
          a.deflated("[Content_Types].xml", ascii("<Types/>"));
          a.deflated("package/services/metadata/core-properties/1.psmdcp", ascii("<c/>"));
        });
    archive(
        kinds,
        "many files",
        a -> {
          for (int i = 0; i < 1_000; i++) {
            a.stored("content/" + i, new byte[0]);
          }
        });
    kinds.put("signed by its author", SignedPackages.author(id(), f -> {}));
    kinds.put("signed by another feed", SignedPackages.repository(id(), f -> {}));
    return kinds;
  }

  private String id() {
    return "Acme.Kind" + ++number;
  }

  private byte[] nuspec(String what, String instead) {
    return archive(
        Packages.nuspec(id(), "1.0.0", "")
            .replaceFirst(what, instead)
            .getBytes(StandardCharsets.UTF_8));
  }

  private byte[] encoded(String charset, String description) throws IOException {
    return archive(
        Packages.nuspec(id(), "1.0.0", "")
            .replace("version=\"1.0\"", "version=\"1.0\" encoding=\"" + charset + "\"")
            .replace("A sample.", description)
            .getBytes(charset));
  }

  private static byte[] archive(byte[] nuspec) {
    TestArchives archive = new TestArchives();
    archive.deflated("Acme.nuspec", nuspec);
    archive.stored("lib/net8.0/_._", new byte[0]);
    return archive.bytes();
  }

  private void archive(Map<String, byte[]> kinds, String kind, Consumer<TestArchives> change) {
    TestArchives archive = Packages.archive(id(), "1.0.0", "");
    change.accept(archive);
    kinds.put(kind, archive.bytes());
  }

  @Test
  void aFeedIsMovedHere() throws Exception {
    Feed feed = feed();
    Map<String, byte[]> kinds = kinds();
    assertThat(kinds).hasSizeGreaterThanOrEqualTo(100);

    List<String> refused = new ArrayList<>();
    kinds.forEach(
        (kind, file) -> {
          Answer answer = feed.push(file);
          if (answer.status() != 202) {
            refused.add(kind + ": " + answer.reason());
          }
        });

    assertThat(refused).isEmpty();
    assertThat(feed.announced()).hasSize(kinds.size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "newtonsoft.json.13.0.4.nupkg",
        "nuget.versioning.5.0.0.nupkg",
        "SignedPackage.1.0.0.nupkg",
        "Test.RepoCountersigned.1.0.0.nupkg",
        "Test.Reposigned.1.0.0.nupkg",
        "TestAuthorAndRepoSigned.leaf-1.1.0.0.nupkg.testdata",
        "TestPackage.AuthorSigned.1.0.0.nupkg",
        "TestRepoSigned.leaf-1.1.0.0.nupkg.testdata",
        "TestSigned.leaf-1.1.0.0.nupkg.testdata",
        "TestSigned.leaf-2.2.0.0.nupkg.testdata",
        "TestUnsigned.1.0.0.nupkg.testdata",
        "TimestampInvalidGenTimePackage.nupkg",
        "ExpiredPrimaryAndTimestampCertificatesWithUnavailableRevocationInfo.nupkg"
      })
  void packagesOfOthersAreMovedHere(String name) throws Exception {
    feed().push(Vectors.nuget(name)).is(202);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<projectUrl>javascript:x</projectUrl> | projectUrl is no absolute http(s) URL: javascript:x",
        "<projectUrl>https://acme.example/a b</projectUrl> | ''",
        "<readme>./README.md</readme> | readme is not in the package",
        "<icon>lib/net8.0/Acme.Tools.dll</icon> | icon is of a kind that is not taken",
        "<title>a</title><title>b</title> | title twice",
        "<dependencies><dependency id='B' version='1.*'/></dependencies> | valid version range: 1.* is floating"
      })
  void aGalleryIsStricter(String metadata, String why) {
    Feed gallery = feed(GALLERY);
    Answer answer = gallery.push(Packages.archive("Acme.Tools", "1.0.0", metadata).bytes());
    if (why.isEmpty()) {
      answer.is(202);
    } else {
      answer.isRefused(400, why);
    }
    feed().push(Packages.archive("Acme.Tools", "1.0.0", metadata).bytes()).is(202);
  }

  @ParameterizedTest
  @CsvSource({
    "1.0.0-20240101, must begin with a letter",
    "1.0.0-0, must begin with a letter",
    "1.0.0-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, at most 64",
  })
  void aGalleryIsStricterAboutVersions(String version, String why) {
    feed(GALLERY).push(Packages.sound("Acme.Tools", version)).isRefused(400, why);
    feed().push(Packages.sound("Acme.Tools", version)).is(202);
  }

  @Test
  void aGalleryIsStricterAboutTheRest() {
    Feed gallery = feed(GALLERY);
    gallery
        .push(nuspec("<description>.*</description>", ""))
        .isRefused(400, "The nuspec has no description");
    gallery
        .push(nuspec("<metadata>", "<metadata minClientVersion=\"99.0\">"))
        .isRefused(400, "minClientVersion names a client after");
    TestArchives future = Packages.archive("Acme.Tools", "1.0.0", "");
    future.stored("x", ascii("x")).dosDate = (2100 - 1980) << 9 | 33;
    gallery.push(future.bytes()).isRefused(400, "in the future: x");
  }

  /** The settings of the moment count; what was taken stays. */
  @Test
  void strictnessIsChanged() {
    Feed feed = feed();
    feed.publish(identity("acme.tools", "1.0.0-1"), Packages.sound("Acme.Tools", "1.0.0-1"));

    feed.configure("\"nuget\":" + GALLERY);

    feed.push(Packages.sound("Acme.Tools", "1.0.0-2")).isRefused(400, "begin with a letter");
    assertThat(feed.listed(identity("acme.tools", "1.0.0-1"))).isTrue();
    assertThat(
            manager()
                .get("/api/v1/repositories/" + feed.name)
                .is(200)
                .json()
                .findValue("strictness"))
        .hasToString("\"gallery\"");
  }

  @Test
  void strictnessIsOneOfTwo() {
    Feed feed = feed();
    manager()
        .send(
            "PUT",
            "/api/v1/repositories/" + feed.name,
            ascii("{\"settings\":{\"nuget\":{\"strictness\":\"none\"}}}"),
            "Content-Type",
            "application/json")
        .is(400);
  }

  /** Links that may be shown are shown as links; a long text is not told whole in every list. */
  @Test
  void whatIsOddIsShownSafely() {
    Feed feed = feed();
    String metadata =
        "<projectUrl>https://acme.example/my project</projectUrl>"
            + "<licenseUrl>javascript:alert(1)</licenseUrl><readme>./docs/README.md</readme>"
            + "<summary>"
            + "s".repeat(100_000)
            + "</summary>";
    TestArchives archive = Packages.archive("Acme.Odd", "1.0.0-0", metadata);
    archive.stored("docs/readme.md", ascii("# odd"));
    feed.publish(identity("acme.odd", "1.0.0-0"), archive.bytes());

    String registration = feed.reader().get(feed.at("registration/acme.odd/index.json")).text();
    assertThat(registration)
        .contains("https://acme.example/my%20project")
        .doesNotContain("javascript");
    assertThat(registration.length()).isLessThan(10_000);
    assertThat(feed.reader().get(feed.at("flat/acme.odd/1.0.0-0/readme")).is(200).text())
        .isEqualTo("# odd");
    Answer found = feed.reader().get(feed.at("query?q=acme.odd&prerelease=true")).is(200);
    assertThat(found.json().path("totalHits").asInt()).isEqualTo(1);
    assertThat(found.text().length()).isLessThan(10_000);
  }
}
