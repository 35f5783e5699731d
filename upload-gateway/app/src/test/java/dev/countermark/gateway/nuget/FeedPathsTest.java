package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.zip.TestArchives;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses as people and scripts write them who come from other feeds. */
@QuarkusTest
class FeedPathsTest extends FeedTestBase {
  private static final Identity TOOLS = identity("acme.tools", "1.2.0-rc.1");

  private Feed published(String settings) {
    Feed feed = feed(settings);
    TestArchives archive = Packages.archive("Acme.Tools", "1.2-RC.1", "<readme>README.md</readme>");
    archive.stored("README.md", TestArchives.ascii("# tools"));
    feed.publish(TOOLS, archive.bytes());
    return feed;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "flat/Acme.Tools/1.2.0-rc.1/acme.tools.1.2.0-rc.1.nupkg",
        "FLAT/ACME.TOOLS/1.2.0-RC.1/ACME.TOOLS.1.2.0-RC.1.NUPKG",
        "flat/acme.tools/1.2-rc.1/acme.tools.1.2-rc.1.nupkg",
        "flat/acme.tools/1.2.0.0-rc.1/acme.tools.1.2.0-rc.1.nupkg",
        "flat/acme.tools/01.2-rc.1+build/acme.tools.1.2.0-rc.1.nupkg",
        "flat/acme.tools/1.2.0-rc.1/Acme.Tools.1.2-RC.1.nupkg/"
      })
  void thePackageItself(String path) {
    Feed feed = published("{}");
    byte[] nupkg = feed.reader().get(feed.nupkg(TOOLS)).is(200).body();

    assertThat(feed.reader().get(feed.at(path)).is(200).body()).isEqualTo(nupkg);
    feed.reader().head(feed.at(path)).is(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Index.json",
        "index.json/",
        "flat/Acme.Tools/Index.JSON",
        "Flat/ACME.tools/1.2-Rc.1/ACME.TOOLS.NUSPEC",
        "flat/acme.tools/1.2-rc.1/README",
        "Registration/Acme.Tools/INDEX.json",
        "registration-GZ/acme.tools/1.2.0-RC.1.json",
        "registration-gz-SemVer2/Acme.Tools/1.2-rc.1.JSON",
        "REGISTRATION-GZ-SEMVER2/ACME.TOOLS/Page/1.2.0-RC.1/1.2.0-RC.1.Json",
        "Query?q=tools",
        "query/?q=tools",
        "AutoComplete?q=tools"
      })
  void whatIsReadOfIt(String path) {
    Feed feed = published("{}");
    // SemVer 1.0.0 clients do not see a label with a dot.
    int status = path.matches("(?i)registration(-gz)?/.*") ? 404 : 200;
    feed.reader().get(feed.at(path)).is(status);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "flat/acme.tools/1.2.0-rc.1/acme.tools.1.2.0-rc.2.nupkg",
        "flat/acme.tools/1.2.0-rc.1/acme.tools..nupkg",
        "flat/acme.tools/1.2.0-rc.1/acme.tools.nupkg",
        "flat/acme.tools/1.2.0-rc.1/other.1.2.0-rc.1.nupkg",
        "flat/acme.tools/1.2.0-rc.2/acme.tools.1.2.0-rc.2.nupkg",
        "flat/acme.tools/latest/acme.tools.1.2.0-rc.1.nupkg",
        "flat/acme.tools//acme.tools.1.2.0-rc.1.nupkg",
        "flat//1.2.0-rc.1/acme.tools.1.2.0-rc.1.nupkg",
        "registration/acme.tools/.json",
        "registration/acme.tools/x.json"
      })
  void whatIsNothingStaysNothing(String path) {
    Feed feed = published("{}");
    feed.reader().get(feed.at(path)).is(404);
  }

  @ParameterizedTest
  @CsvSource({
    "q, take, prerelease, semVerLevel, packageType",
    "Q, TAKE, preRelease, semverlevel, PACKAGETYPE",
    "q, Take, PreRelease, SemVerLevel, packagetypefilter"
  })
  void parametersOfASearch(String q, String take, String prerelease, String level, String type) {
    Feed feed = published("{}");
    String query =
        "query?" + q + "=tools&" + take + "=5&" + prerelease + "=True&" + level + "=2.0.0";
    JsonNode found = feed.reader().get(feed.at(query + "&" + type + "=Dependency")).is(200).json();
    assertThat(found.path("totalHits").asInt()).isEqualTo(1);
    JsonNode none = feed.reader().get(feed.at(query + "&" + type + "=Template")).is(200).json();
    assertThat(none.path("totalHits").asInt()).isZero();
    String versions = "autocomplete?Id=ACME.TOOLS&" + prerelease + "=TRUE&" + level + "=2.0.0";
    assertThat(feed.reader().get(feed.at(versions)).is(200).json().path("data")).hasSize(1);
  }

  @Test
  void numbersOfASearch() {
    Feed feed = published("{}");
    String query = "query?prerelease=true&semVerLevel=2.0.0&";
    for (String take : new String[] {"take=99999999999999999999", "Skip=-5", "TAKE=+3", "skip="}) {
      JsonNode found = feed.reader().get(feed.at(query + take)).is(200).json();
      assertThat(found.path("data")).as(take).hasSize(1);
    }
    feed.reader().get(feed.at("query?take=many")).isRefused(400, "are numbers");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Package/Acme.Tools/1.2-RC.1", "PACKAGE/ACME.TOOLS/1.2.0.0-rc.1+x/"})
  void unlistsAndListsAgain(String path) {
    Feed feed = published("{}");
    FeedClient owner = feed.pusher();

    owner.delete(feed.at(path)).is(204);
    assertThat(feed.record(TOOLS).orElseThrow().listed()).isFalse();
    owner.send("POST", feed.at(path), null).is(200);
    assertThat(feed.record(TOOLS).orElseThrow().listed()).isTrue();
  }

  @Test
  void pushesToWhateverCase() {
    Feed feed = feed();
    feed.pusher().push(feed.at("Package/"), Packages.sound("Acme.Tools", "1.0.0")).is(202);
    feed.pusher().push(feed.at("SYMBOLS"), Packages.symbols("ACME.TOOLS", "1.0", "one")).is(201);
    feed.pusher()
        .push(feed.at("package"), Packages.sound("ACME.tools", "1.0"))
        .isRefused(409, "already has Acme.Tools 1.0.0");
  }
}
