package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.Refusal;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.zip.TestArchives;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A package that is not what was stored is neither handed out nor listed. */
@QuarkusTest
class DamagedPackageTest extends FeedTestBase {
  private static final Identity TOOLS = identity("acme.tools", "1.0.0");
  private static final Identity LATER = identity("acme.tools", "2.0.0");

  private void flip(String key) {
    byte[] content = store.get(key).orElseThrow().content();
    content[content.length / 3] ^= 1;
    store.put(key, content, content.length);
  }

  private static void assertDamaged(FeedClient.Answer answer) {
    answer.is(500);
    assertThat(answer.text()).contains("damaged");
  }

  private boolean found(Feed feed, Identity identity) {
    String text = feed.reader().get(feed.at("query?q=acme&prerelease=true")).is(200).text();
    return text.contains('"' + identity.version() + '"');
  }

  private Feed feedOfTwo() {
    Feed feed = feed();
    feed.publish(TOOLS, Packages.sound("Acme.Tools", "1.0.0"));
    feed.publish(LATER, Packages.sound("Acme.Tools", "2.0.0"));
    assertThat(found(feed, LATER)).isTrue();
    return feed;
  }

  @Test
  void itsBytes() {
    Feed feed = feedOfTwo();
    byte[] signed = feed.reader().get(feed.nupkg(LATER)).is(200).body();
    Part part = feed.record(LATER).orElseThrow().upload().parts().get(0);
    String key = ObjectKeys.content(part.sha256(), part.upload());
    flip(key);

    assertDamaged(feed.reader().get(feed.nupkg(LATER)));
    await().until(() -> !feed.listed(LATER));
    await().until(() -> !found(feed, LATER));
    assertThat(feed.listed(TOOLS)).isTrue();
    assertThat(found(feed, TOOLS)).isTrue();
    assertThat(feed.reader().get(feed.status(LATER)).is(200).json().path("damaged").asBoolean())
        .isTrue();

    flip(key);
    assertThat(feed.reader().get(feed.nupkg(LATER)).is(200).body()).isEqualTo(signed);
    await().until(() -> feed.listed(LATER) && found(feed, LATER));
  }

  /** A large one is not compared when it is asked for; a resync looks at it. */
  @Test
  void whatASignerFindsIsNotListedAnyMore() {
    Feed feed = feed();
    TestArchives large = Packages.archive("Acme.Tools", "1.0.0", "");
    byte[] noise = new byte[5 << 20];
    new Random(5).nextBytes(noise);
    large.stored("content/noise", noise);
    feed.publish(TOOLS, large.bytes());
    Part part = feed.record(TOOLS).orElseThrow().upload().parts().get(1);
    flip(ObjectKeys.content(part.sha256(), part.upload()));

    feed.tellRefused(TOOLS, Refusal.DIGEST_MISMATCH);

    await().atMost(Duration.ofSeconds(90)).until(() -> !feed.listed(TOOLS));
    assertDamaged(feed.reader().get(feed.nupkg(TOOLS)));
    flip(ObjectKeys.content(part.sha256(), part.upload()));
    await().atMost(Duration.ofSeconds(90)).until(() -> feed.listed(TOOLS));
  }

  @Test
  void itsRecord() {
    Feed feed = feedOfTwo();
    String nuspec = feed.file(LATER, "acme.tools.nuspec");
    feed.reader().get(nuspec).is(200);
    flip(NugetKeys.version(feed.name, LATER));

    assertDamaged(feed.reader().get(nuspec));
    assertDamaged(feed.reader().get(feed.nupkg(LATER)));
    await().until(() -> !feed.listed(LATER) && feed.listed(TOOLS));
    assertThat(feed.reader().get(feed.status(LATER)).is(500).text()).contains("damaged");
    flip(NugetKeys.version(feed.name, LATER));
    feed.reader().get(nuspec).is(200);
    await().atMost(Duration.ofSeconds(90)).until(() -> feed.listed(LATER));
  }
}
