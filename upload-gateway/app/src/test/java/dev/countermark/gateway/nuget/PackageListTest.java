package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code /packages} tells of a feed, and to whom. */
@QuarkusTest
class PackageListTest extends FeedTestBase {
  private static final Identity SIGNED = identity("acme.tools", "1.0.0");
  private static final Identity WAITS = identity("acme.tools", "1.1.0");
  private static final Identity REFUSED = identity("other", "2.0.0");

  private static String list(Feed feed, String query) {
    return "/api/v1/repositories/" + feed.name + "/packages" + query;
  }

  /** Bearer tokens are what the management API takes. */
  private FeedClient bearer(Feed feed, String scopes) {
    return new FeedClient(base, "Authorization", "Bearer " + feed.token(scopes));
  }

  private static List<String> names(JsonNode page) {
    List<String> names = new ArrayList<>();
    page.path("packages").forEach(p -> names.add(p.path("name").asText()));
    return names;
  }

  private Feed filled() {
    Feed feed = feed();
    feed.publish(SIGNED, Packages.sound("Acme.Tools", "1.0.0"));
    feed.push(Packages.sound("Acme.Tools", "1.1.0")).is(202);
    feed.push(Packages.sound("Other", "2.0.0")).is(202);
    new Records(store)
        .update(
            NugetKeys.version(feed.name, REFUSED),
            VersionRecord.class,
            old ->
                old.map(v -> v.refused(new RefusalNote(Refusal.values()[0], "", Instant.EPOCH))));
    return feed;
  }

  @Test
  void whoPushesSeesThemAllByState() {
    Feed feed = filled();
    FeedClient pusher = bearer(feed, "\"push\"");

    assertThat(names(pusher.get(list(feed, "")).is(200).json()))
        .containsExactly(SIGNED.toString(), WAITS.toString(), REFUSED.toString());
    assertThat(names(pusher.get(list(feed, "?state=pending")).json()))
        .containsExactly(WAITS.toString());
    assertThat(names(pusher.get(list(feed, "?state=unsigned")).json()))
        .containsExactly(WAITS.toString(), REFUSED.toString());
    assertThat(names(pusher.get(list(feed, "?state=refused&prefix=oth")).json()))
        .containsExactly(REFUSED.toString());
    assertThat(names(pusher.get(list(feed, "?state=refused&prefix=acme")).json())).isEmpty();
    JsonNode signed = pusher.get(list(feed, "?state=signed&format=nuget")).json();
    assertThat(names(signed)).containsExactly(SIGNED.toString());
    JsonNode one = signed.path("packages").path(0);
    assertThat(one.path("format").asText()).isEqualTo("nuget");
    assertThat(one.path("state").asText()).isEqualTo("signed");
    assertThat(one.path("digest").asText()).isEqualTo(feed.record(SIGNED).orElseThrow().digest());
    assertThat(one.path("size").asLong())
        .isEqualTo(feed.record(SIGNED).orElseThrow().upload().size());
    assertThat(one.has("signedAt")).isTrue();
    assertThat(one.has("tags")).isFalse();
    assertThat(signed.has("next")).isFalse();
  }

  @Test
  void whoReadsSeesWhatHeCanGet() {
    Feed feed = filled();
    FeedClient reader = bearer(feed, "\"read\"");

    assertThat(names(reader.get(list(feed, "")).is(200).json())).containsExactly(SIGNED.toString());
    for (String state : List.of("pending", "refused", "unsigned")) {
      assertThat(names(reader.get(list(feed, "?state=" + state)).is(200).json())).isEmpty();
    }
    anonymous().get(list(feed, "")).is(401);
    bearer(feed(), "\"read\"").get(list(feed, "")).is(403);
    feed.configure("\"nuget\":{\"anonymousRead\":true}");
    assertThat(names(anonymous().get(list(feed, "")).is(200).json()))
        .containsExactly(SIGNED.toString());
    anonymous().get(list(feed, "?format=swift")).is(401);
  }

  @Test
  void pagesAreBoundedAndLeadOn() {
    Feed feed = filled();
    FeedClient pusher = bearer(feed, "\"push\"");

    JsonNode first = pusher.get(list(feed, "?n=2")).is(200).json();
    assertThat(names(first)).containsExactly(SIGNED.toString(), WAITS.toString());
    String next = first.path("next").asText();
    assertThat(next).isNotEmpty().doesNotContain("acme");
    JsonNode second = pusher.get(list(feed, "?n=2&cursor=" + next)).is(200).json();
    assertThat(names(second)).containsExactly(REFUSED.toString());
    assertThat(second.has("next")).isFalse();
    for (String bad :
        List.of(
            "?n=0",
            "?n=201",
            "?n=x",
            "?state=strange",
            "?format=strange",
            "?cursor=x",
            "?prefix=" + "x".repeat(600))) {
      pusher.get(list(feed, bad)).is(400);
    }
    bearer(filled(), "\"push\"").get(list(feed, "?cursor=" + next)).is(403);
    Feed other = filled();
    bearer(other, "\"push\"").get(list(other, "?cursor=" + next)).is(400);
    manager().get("/api/v1/repositories/nuget-test/never-made/packages").is(404);
    manager().get("/api/v1/repositories/-/x/packages").is(400);
  }

  @Test
  void whatWasDeletedIsGone() {
    Feed feed = feed("{\"deletePackages\":true}");
    feed.publish(SIGNED, Packages.sound("Acme.Tools", "1.0.0"));
    FeedClient pusher = bearer(feed, "\"push\"");
    assertThat(names(pusher.get(list(feed, "")).json())).hasSize(1);

    feed.pusher().delete(feed.at("package/Acme.Tools/1.0.0")).is(204);

    assertThat(names(pusher.get(list(feed, "")).json())).isEmpty();
  }
}
