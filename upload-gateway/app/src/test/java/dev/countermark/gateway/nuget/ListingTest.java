package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageListingChanged;
import dev.countermark.contracts.State;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;

/** Versions that are hidden, shown again, or deleted. */
@QuarkusTest
class ListingTest extends FeedTestBase {
  private static final Identity TOOLS = identity("acme.tools", "1.2.0");
  private static final byte[] PACKAGE = Packages.sound("Acme.Tools", "1.2.0");
  private static final String WRITTEN_BY_PEOPLE = "package/Acme.Tools/1.2";

  private Feed published(String settings) {
    Feed feed = feed(settings);
    feed.publish(TOOLS, PACKAGE);
    return feed;
  }

  private static int found(Feed feed) {
    return feed.reader().get(feed.at("query")).is(200).json().path("totalHits").asInt();
  }

  private static JsonNode leaf(Feed feed) {
    return feed.reader().get(feed.at("registration/acme.tools/1.2.0.json")).is(200).json();
  }

  private List<String> listingChanges(Feed feed) {
    return broker.<byte[]>sink("uploads").received().stream()
        .map(Message::getPayload)
        .map(CloudEvent::fromJson)
        .filter(event -> event.type().equals(PackageListingChanged.TYPE))
        .map(event -> event.dataAs(PackageListingChanged.class))
        .filter(event -> event.repository().equals(feed.name))
        .map(PackageListingChanged::name)
        .toList();
  }

  @Test
  void deletingHidesAVersion() {
    Feed feed = published("{}");
    assertThat(found(feed)).isOne();

    feed.pusher().delete(feed.at(WRITTEN_BY_PEOPLE)).is(204);

    assertThat(found(feed)).isZero();
    assertThat(feed.listed(TOOLS)).isTrue();
    feed.reader().get(feed.nupkg(TOOLS)).is(200);
    assertThat(leaf(feed).path("listed").asBoolean(true)).isFalse();
    assertThat(leaf(feed).path("published").asText()).startsWith("1900-");
    assertThat(listingChanges(feed)).containsExactly(TOOLS.toString());
    feed.pusher().delete(feed.at(WRITTEN_BY_PEOPLE)).is(204);
    feed.push(PACKAGE).isRefused(409, "already has");
  }

  @Test
  void aHiddenVersionIsShownAgain() {
    Feed feed = published("{}");
    feed.pusher().delete(feed.at(WRITTEN_BY_PEOPLE)).is(204);

    feed.pusher().send("POST", feed.at(WRITTEN_BY_PEOPLE), null).is(200);
    feed.pusher().send("POST", feed.at(WRITTEN_BY_PEOPLE), null).is(200);

    assertThat(found(feed)).isOne();
    assertThat(leaf(feed).path("listed").asBoolean(true)).isTrue();
  }

  @Test
  void aVersionCanBeHiddenBeforeItIsSigned() {
    Feed feed = feed();
    feed.push(PACKAGE).is(202);
    feed.pusher().delete(feed.at(WRITTEN_BY_PEOPLE)).is(204);

    feed.sign(TOOLS);

    assertThat(found(feed)).isZero();
    feed.reader().get(feed.nupkg(TOOLS)).is(200);
  }

  @Test
  void anImmutableVersionIsHiddenButNotDeleted() {
    Feed feed = published("{\"deletePackages\":true,\"immutableVersions\":[\"acme.*/1.2.*\"]}");

    feed.pusher().delete(feed.at(WRITTEN_BY_PEOPLE)).isRefused(403, "immutableVersions");

    feed.reader().get(feed.nupkg(TOOLS)).is(200);
    feed.configure("\"nuget\":{\"immutableVersions\":[\"*\"]}");
    feed.pusher().delete(feed.at(WRITTEN_BY_PEOPLE)).is(204);
    assertThat(found(feed)).isZero();
    feed.reader().get(feed.nupkg(TOOLS)).is(200);
    feed.configure("\"nuget\":{\"deletePackages\":true,\"immutableVersions\":[\"other/*\"]}");
    feed.pusher().delete(feed.at(WRITTEN_BY_PEOPLE)).is(204);
    feed.reader().get(feed.nupkg(TOOLS)).is(404);
  }

  @Test
  void whatIsNotThereCannotBeHidden() {
    Feed feed = published("{}");
    for (String path :
        List.of(
            "package/Acme.Tools/9.9.9",
            "package/other/1.2.0",
            "package/a/x",
            "package/a%2fb/1.0")) {
      feed.pusher().delete(feed.at(path)).isRefused(404, "no such");
      feed.pusher().send("POST", feed.at(path), null).isRefused(404, "no such");
    }
    feed.pusher().delete(feed.at("package")).isRefused(405, "Name the package");
    assertThat(listingChanges(feed)).isEmpty();
  }

  @Test
  void whereThatIsSetDeletingDeletes() {
    Feed feed = published("{\"deletePackages\":true}");
    feed.pusher().push(feed.at("symbols"), Packages.symbols("Acme.Tools", "1.2.0", "x")).is(201);
    Identity other = identity("acme.tools", "1.3.0");
    feed.publish(other, Packages.sound("Acme.Tools", "1.3.0"));

    feed.pusher().delete(feed.at(WRITTEN_BY_PEOPLE)).is(204);

    assertThat(feed.listed(TOOLS)).isFalse();
    assertThat(feed.listed(other)).isTrue();
    for (String path :
        List.of(
            feed.nupkg(TOOLS),
            feed.file(TOOLS, "acme.tools.nuspec"),
            feed.at("registration/acme.tools/1.2.0.json"))) {
      feed.reader().get(path).isRefused(404, "no such");
    }
    assertThat(
            feed.reader().get(feed.at("query")).json().path("data").path(0).path("versions").size())
        .isOne();
    feed.pusher().send("POST", feed.at(WRITTEN_BY_PEOPLE), null).isRefused(404, "no such");
    feed.push(PACKAGE).isRefused(409, "was deleted");
    feed.push(Packages.sound("acme.tools", "1.2.0.0", "x")).isRefused(409, "was deleted");
    feed.pusher()
        .push(feed.at("symbols"), Packages.symbols("Acme.Tools", "1.2.0", "x"))
        .isRefused(404, "before its symbols");
    assertThat(feed.reader().get(feed.status(TOOLS)).is(200).json().path("status").asText())
        .isEqualTo("deleted");
    VersionRecord tombstone = feed.record(TOOLS).orElseThrow();
    assertThat(tombstone.state()).isEqualTo(State.DELETED);
    assertThat(tombstone.upload().parts()).isEmpty();
    assertThat(tombstone.signed()).isEmpty();
    assertThat(store.head(NugetKeys.symbols(feed.name, TOOLS))).isEmpty();
    assertThat(listingChanges(feed)).containsExactly(TOOLS.toString());
  }

  @Test
  void deletingTheLastVersionLeavesNoPackage() {
    Feed feed = published("{\"deletePackages\":true}");
    feed.pusher().delete(feed.at(WRITTEN_BY_PEOPLE)).is(204);

    feed.reader().get(feed.versions("acme.tools")).isRefused(404, "no such");
    feed.reader().get(feed.at("registration/acme.tools/index.json")).isRefused(404, "no such");
    assertThat(found(feed)).isZero();
  }
}
