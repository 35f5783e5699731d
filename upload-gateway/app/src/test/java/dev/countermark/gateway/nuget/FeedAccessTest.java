package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.gateway.nuget.FeedClient.Answer;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Who may do what with a feed: wrong callers get the right answer and leave nothing behind. */
@QuarkusTest
class FeedAccessTest extends FeedTestBase {
  private static final Identity TOOLS = identity("acme.tools", "1.0.0");
  private static final byte[] PACKAGE = Packages.sound("Acme.Tools", "1.0.0");
  private static final byte[] NEXT = Packages.sound("Acme.Tools", "2.0.0");

  private Feed published(String settings) {
    Feed feed = feed(settings);
    feed.publish(TOOLS, PACKAGE);
    return feed;
  }

  private static List<String> readable(Feed feed) {
    return List.of(
        feed.versions("acme.tools"),
        feed.nupkg(TOOLS),
        feed.file(TOOLS, "acme.tools.nuspec"),
        feed.at("registration/acme.tools/index.json"),
        feed.at("query?q=acme"),
        feed.at("autocomplete?q=acme"),
        feed.status(TOOLS));
  }

  private static List<Answer> reads(FeedClient caller, Feed feed) {
    return readable(feed).stream().map(caller::get).toList();
  }

  private static List<Answer> writes(FeedClient caller, Feed feed) {
    return List.of(
        caller.push(feed.at("package"), NEXT),
        caller.push(feed.at("symbols"), Packages.symbols("Acme.Tools", "1.0.0", "x")),
        caller.delete(feed.at("package/Acme.Tools/1.0.0")),
        caller.send("POST", feed.at("package/Acme.Tools/1.0.0"), null));
  }

  private static void challenged(Answer answer) {
    answer.is(401).has("WWW-Authenticate", "Basic realm=\"countermark\", charset=\"UTF-8\"");
  }

  @Test
  void whoSendsNoCredentialsIsAskedForThem() {
    Feed feed = published("{}");
    TreeSet<String> before = keys();

    reads(anonymous(), feed).forEach(FeedAccessTest::challenged);
    writes(anonymous(), feed).forEach(FeedAccessTest::challenged);
    challenged(anonymous().head(feed.nupkg(TOOLS)));
    // Long bodies too: the client sees the answer, not a connection that breaks.
    challenged(anonymous().push(feed.at("package"), new byte[8 << 20]));

    assertThat(keys()).isEqualTo(before);
    assertThat(feed.record(TOOLS).orElseThrow().listed()).isTrue();
  }

  @Test
  void wrongCredentials() {
    Feed feed = published("{\"anonymousRead\":true}");
    String token = feed.token("\"push\",\"read\"");
    TreeSet<String> before = keys();

    for (FeedClient caller :
        List.of(
            with("nonsense"),
            with(token.substring(0, token.length() - 1)),
            with(token + "x"),
            new FeedClient(base, "Authorization", FeedClient.basic("nonsense")),
            new FeedClient(base, "Authorization", "Basic !!!"),
            new FeedClient(base, "Authorization", "Negotiate abc"),
            new FeedClient(
                base, "Authorization", FeedClient.basic("nonsense"), "X-NuGet-ApiKey", "x"))) {
      reads(caller, feed).forEach(FeedAccessTest::challenged);
      writes(caller, feed).forEach(FeedAccessTest::challenged);
    }
    assertThat(keys()).isEqualTo(before);
  }

  @Test
  void aTokenIsKeyOrPassword() {
    Feed feed = published("{}");
    String token = feed.token("\"push\",\"read\"");
    int major = 1;

    for (FeedClient caller :
        List.of(
            with(token),
            new FeedClient(base, "Authorization", FeedClient.basic(token)),
            new FeedClient(base, "Authorization", FeedClient.basic(token), "X-NuGet-ApiKey", ""),
            // As people are told for other feeds: any word as key, beside the credentials.
            new FeedClient(
                base, "Authorization", FeedClient.basic(token), "X-NuGet-ApiKey", "az"))) {
      reads(caller, feed).forEach(answer -> answer.is(200));
      caller.push(feed.at("package"), Packages.sound("Acme.Tools", ++major + ".0")).is(202);
    }
  }

  @Test
  void aReaderOnlyReads() {
    Feed feed = published("{}");
    TreeSet<String> before = keys();

    reads(feed.reader(), feed).forEach(answer -> answer.is(200));
    writes(feed.reader(), feed).forEach(answer -> answer.isRefused(403, "does not allow"));

    assertThat(keys()).isEqualTo(before);
    assertThat(feed.record(TOOLS).orElseThrow().listed()).isTrue();
  }

  @Test
  void theTokenOfAnotherRepository() {
    Feed feed = published("{}");
    FeedClient other = feed().pusher();
    TreeSet<String> before = keys();

    reads(other, feed).forEach(answer -> answer.is(403));
    writes(other, feed).forEach(answer -> answer.isRefused(403, "does not allow"));
    String unknown = "/nuget-test/no-such-repository/nuget/v3/query";
    other.get(unknown).isRefused(403, "does not allow");
    challenged(anonymous().get(unknown));

    assertThat(keys()).isEqualTo(before);
  }

  @Test
  void publicImagesDoNotOpenTheFeed() {
    Feed feed = published("{}");
    feed.configure("\"oci\":{\"anonymousPull\":true}");
    FeedClient other = feed().reader();
    String bearer =
        anonymous()
            .get("/v2/token?service=registry.test:8080&scope=repository:" + feed.name + "/x:pull")
            .is(200)
            .json()
            .path("token")
            .asText();

    reads(anonymous(), feed).forEach(FeedAccessTest::challenged);
    reads(other, feed).forEach(answer -> answer.is(403));
    for (FeedClient caller :
        List.of(
            new FeedClient(base, "Authorization", "Bearer " + bearer),
            with(bearer),
            new FeedClient(base, "Authorization", FeedClient.basic(bearer)))) {
      reads(caller, feed).forEach(answer -> assertThat(answer.status()).isIn(401, 403));
    }
  }

  @Test
  void aPublicFeedIsReadByAnybody() {
    Feed feed = published("{\"anonymousRead\":true}");
    FeedClient other = feed().pusher();

    reads(anonymous(), feed).forEach(answer -> answer.is(200));
    reads(other, feed).forEach(answer -> answer.is(200));
    writes(anonymous(), feed).forEach(FeedAccessTest::challenged);
    writes(other, feed).forEach(answer -> answer.isRefused(403, "does not allow"));
    anonymous().get("/v2/" + feed.name + "/x/tags/list").is(401);
  }

  @Test
  void theServiceIndexIsPublic() {
    Feed feed = feed();
    String index = anonymous().get(feed.at("index.json")).is(200).text();

    // Whether there is such a feed, it does not tell.
    String unknown = anonymous().get("/nuget-test/unknown/nuget/v3/index.json").is(200).text();
    assertThat(unknown).isEqualTo(index.replace(feed.name.toString(), "nuget-test/unknown"));
    anonymous().head(feed.at("index.json")).is(200);
    with("nonsense").get(feed.at("index.json")).is(200);
    anonymous().get("/nuget-test/UPPER CASE/nuget/v3/index.json".replace(" ", "%20")).is(404);
  }

  @Test
  void aFeedThatIsDeletedServesNothing() {
    Feed feed = published("{}");
    manager().delete("/api/v1/repositories/" + feed.name).is(204);

    reads(feed.reader(), feed).forEach(FeedAccessTest::challenged);
    with(adminToken).get(feed.versions("acme.tools")).is(404);
    feed.configure("\"nuget\":{}");
    with(adminToken).get(feed.versions("acme.tools")).is(404);
    with(adminToken).get(feed.nupkg(TOOLS)).is(404);
    assertThat(with(adminToken).get(feed.at("query")).is(200).json().path("totalHits").asInt())
        .isZero();
  }
}
