package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.State;
import dev.countermark.format.nuget.NugetRecords.Identity;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Versions that nobody keeps go where versions can be deleted. */
@QuarkusTest
class RetentionOfVersionsTest extends FeedTestBase {
  private static String retention(Feed feed) {
    return "/api/v1/repositories/" + feed.name + "/retention";
  }

  private List<String> preview(Feed feed) {
    List<String> names = new ArrayList<>();
    JsonNode page = manager().get(retention(feed) + "/preview").is(200).json();
    page.path("packages").forEach(p -> names.add(p.path("name").asText()));
    return names;
  }

  private Feed published(String settings) {
    Feed feed = feed(settings);
    for (String version : List.of("1.0.0", "1.1.0", "1.2.0", "1.3.0")) {
      feed.publish(identity("acme.tools", version), Packages.sound("Acme.Tools", version));
    }
    feed.publish(identity("other", "1.0.0"), Packages.sound("Other", "1.0.0"));
    manager()
        .send(
            "PUT",
            retention(feed),
            FeedClient.utf8("{\"rules\":[{\"names\":\"acme.*\",\"keepLast\":2}]}"),
            "Content-Type",
            "application/json")
        .is(200);
    return feed;
  }

  @Test
  void theLastOfEachPackageStay() {
    Feed feed = published("{\"deletePackages\":true,\"immutableVersions\":[\"acme.tools/1.1.*\"]}");

    assertThat(preview(feed)).containsExactly("acme.tools/1.0.0");
    manager().send("POST", retention(feed) + "/run", new byte[0]).is(202);

    Identity gone = identity("acme.tools", "1.0.0");
    await().until(() -> feed.record(gone).orElseThrow().state() == State.DELETED);
    await().until(() -> preview(feed).isEmpty());
    feed.reader().get(feed.nupkg(gone)).is(404);
    for (String version : List.of("1.1.0", "1.2.0", "1.3.0")) {
      feed.reader().get(feed.nupkg(identity("acme.tools", version))).is(200);
    }
    feed.reader().get(feed.nupkg(identity("other", "1.0.0"))).is(200);
  }

  @Test
  void nothingGoesWhereDeletingIsUnlisting() {
    assertThat(preview(published("{}"))).isEmpty();
  }
}
