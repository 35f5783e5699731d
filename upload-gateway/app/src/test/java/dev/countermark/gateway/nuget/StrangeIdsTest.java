package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.gateway.nuget.FeedClient.Answer;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is no id names no package, least of all every package. */
@QuarkusTest
class StrangeIdsTest extends FeedTestBase {
  static String[] strange() {
    return new String[] {
      "a".repeat(101), "a".repeat(5_000), "a..b", ".", "a%2Fb", "%C3%A4", "a%20b"
    };
  }

  @ParameterizedTest
  @MethodSource("strange")
  void findNothing(String id) {
    Feed feed = feed();
    feed.publish(identity("acme.tools", "1.0.0"), Packages.sound("Acme.Tools", "1.0.0"));

    Answer versions = feed.reader().get(feed.at("autocomplete?id=" + id)).is(200);
    assertThat(versions.json().path("data")).isEmpty();
    assertThat(feed.reader().get(feed.at("flat/" + id + "/index.json")).status()).isEqualTo(404);
    assertThat(feed.reader().get(feed.at("registration/" + id + "/index.json")).status())
        .isEqualTo(404);
  }
}
