package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.format.nuget.NugetRecords.Identity;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/**
 * A feed that is deleted and made again signs with the same certificate: versions are not reused.
 */
@QuarkusTest
class RemadeFeedTest extends FeedTestBase {
  private static final Identity SIGNED = identity("acme.tools", "1.0.0");

  private void remake(Feed feed) {
    manager().send("DELETE", "/api/v1/repositories/" + feed.name, new byte[0]).is(204);
    feed.configure("\"nuget\":{}");
  }

  private FeedClient.Answer push(Feed feed, byte[] file) {
    return with(feed.token("\"push\",\"delete\"")).push(feed.at("package"), file);
  }

  @Test
  void whatWasSignedIsNeverGivenAwayAgain() {
    Feed feed = feed();
    feed.publish(SIGNED, Packages.sound("Acme.Tools", "1.0.0"));
    feed.push(Packages.sound("Acme.Tools", "2.0.0")).is(202);

    byte[] other = Packages.sound("Acme.Tools", "1.0.0", "something else");

    remake(feed);

    assertThat(keys("nuget/" + feed.name)).isEmpty();
    push(feed, other).isRefused(409, "not given away again");
    // Nobody ever got this one.
    push(feed, Packages.sound("Acme.Tools", "2.0.0", "something else")).is(202);

    remake(feed);
    push(feed, other).isRefused(409, "not given away again");
  }

  /** Whoever has it has the same. */
  @Test
  void theSameContentMayComeAgain() {
    Feed feed = feed();
    feed.publish(SIGNED, Packages.sound("Acme.Tools", "1.0.0"));
    remake(feed);

    push(feed, Packages.sound("Acme.Tools", "1.0.0")).is(202);
  }

  @Test
  void whatWasDeletedBeforeItsRepositoryStaysTakenToo() {
    Feed feed = feed("{\"deletePackages\":true}");
    feed.publish(SIGNED, Packages.sound("Acme.Tools", "1.0.0"));
    with(feed.token("\"push\",\"delete\""))
        .send("DELETE", feed.at("package/acme.tools/1.0.0"), new byte[0])
        .is(204);
    remake(feed);

    push(feed, Packages.sound("Acme.Tools", "1.0.0", "something else"))
        .isRefused(409, "not given away again");
  }

  @Test
  void whatIsLeftIsNothingToDelete() {
    Feed feed = feed();
    feed.publish(SIGNED, Packages.sound("Acme.Tools", "1.0.0"));
    manager().send("DELETE", "/api/v1/repositories/" + feed.name, new byte[0]).is(204);

    manager().send("DELETE", "/api/v1/repositories/" + feed.name, new byte[0]).is(404);
  }
}
