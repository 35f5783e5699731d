package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.gateway.nuget.FeedClient.Answer;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A repository takes no more than its quota. */
@QuarkusTest
class QuotaTest extends FeedTestBase {
  private static final byte[] FIRST = Packages.sound("Acme.Tools", "1.0.0");
  private static final byte[] SECOND = Packages.sound("Acme.Tools", "1.1.0");

  private static String quota(Feed feed) {
    return "/api/v1/repositories/" + feed.name + "/quota";
  }

  private Answer put(FeedClient client, Feed feed, String quota) {
    return client.send(
        "PUT", quota(feed), FeedClient.utf8(quota), "Content-Type", "application/json");
  }

  @Test
  void ofPackages() {
    Feed feed = feed("{\"deletePackages\":true}");
    put(manager(), feed, "{\"packages\":1}").is(200);
    feed.publish(identity("acme.tools", "1.0.0"), FIRST);

    feed.push(SECOND).isRefused(403, "quota");

    assertThat(feed.record(identity("acme.tools", "1.1.0"))).isEmpty();
    feed.pusher().delete(feed.at("package/Acme.Tools/1.0.0")).is(204);
    feed.push(SECOND).is(202);
  }

  @Test
  void ofBytes() {
    Feed feed = feed();
    put(manager(), feed, "{\"bytes\":" + (FIRST.length + SECOND.length - 1) + "}").is(200);
    // What a client says that it sends counts, with what is around the package.
    feed.push(FIRST).is(202);

    feed.push(SECOND).isRefused(403, "quota");

    JsonNode now = manager().get(quota(feed)).is(200).json();
    assertThat(now.path("used").path("bytes").asLong()).isEqualTo(FIRST.length);
    assertThat(now.path("used").path("packages").asLong()).isEqualTo(1);
    put(manager(), feed, "{}").is(200);
    feed.push(SECOND).is(202);
    assertThat(manager().get(quota(feed)).json().path("used").path("packages").asLong())
        .isEqualTo(2);
  }

  @Test
  void whomItBoundsDoesNotSetIt() {
    Feed feed = feed();
    FeedClient own = new FeedClient(base, "Authorization", "Bearer " + feed.token("\"admin\""));

    put(own, feed, "{}").is(403);
    own.get(quota(feed)).is(200);
    feed.pusher().get(quota(feed)).is(401);
    for (String bad : List.of("{\"bytes\":-1}", "{\"packages\":\"x\"}", "{\"more\":1}")) {
      put(manager(), feed, bad).is(400);
    }
    manager().get("/api/v1/repositories/nuget-test/never-made/quota").is(404);
  }
}
