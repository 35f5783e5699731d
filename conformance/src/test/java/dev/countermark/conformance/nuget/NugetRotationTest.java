package dev.countermark.conformance.nuget;

import static dev.countermark.conformance.nuget.Told.assertFailed;
import static dev.countermark.conformance.nuget.Told.assertSucceeded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.countermark.conformance.Client;
import dev.countermark.conformance.Platform;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.nuget.NugetPackage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The drill: a key is rotated while a .NET client, which keeps the list of a feed's certificates
 * for half an hour to an hour, goes on restoring. Nothing fails, and no cache is cleared by hand.
 */
class NugetRotationTest {
  private static final int RESTORES = Integer.getInteger("countermark.restores", 3);

  /** What a client says of a package that no certificate signed which it knows of the feed. */
  private static final String NOT_LISTED = "NU3034";

  private static Platform platform;

  private final NugetFeed feed =
      NugetFeed.open(
          platform,
          JsonNodeFactory.instance
              .objectNode()
              .put("anonymousRead", true)
              .put("announceAllSigned", true));
  private final Dotnet consumer = Dotnet.require(platform);

  /** Certificates are announced for seconds, so that a planned rotation ends within a test. */
  @BeforeAll
  static void start() {
    Client.require("dotnet");
    platform = Platform.start(Map.of("COUNTERMARK_KEYSERVICE_ANNOUNCE_PERIOD_NUGET", "PT5S"));
  }

  @AfterAll
  static void stop() {
    if (platform != null) {
      platform.close();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoRestoredBeforeGoesOnRestoring(boolean immediately) {
    NugetPackage before = NugetPackage.of("Conformance.Drill", "1.0.0", 31);
    feed.pushed(before);
    String old = certificate(before);
    String config = feed.config();
    assertSucceeded(consumer.restore(before.id(), before.version(), config));
    List<String> list = consumer.remembered("signingCertificates");
    assertThat(list).hasSize(1);

    String repository = feed.repository().path();
    if (immediately) {
      platform.rotateImmediately(repository, "nuget");
      platform.revoke(repository, "nuget", 1);
    } else {
      platform.rotate(repository, "nuget");
    }
    await().atMost(Duration.ofSeconds(30)).until(() -> key(2).path("current").asBoolean());

    // Of another name: the client keeps lists of versions, too.
    NugetPackage after = NugetPackage.of("Conformance.Drill.After", "1.0.0", 32);
    feed.pushed(after);
    feed.repository().resync();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> !certificate(before).equals(old) && !certificate(after).equals(old));
    for (int i = 0; i < RESTORES; i++) {
      assertSucceeded(consumer.restoreAgain(after, config));
      assertSucceeded(consumer.restoreAgain(before, config));
      // Packages are fetched anew, and the list is not.
      assertSucceeded(consumer.restoreAgain(before, config, "--no-http-cache"));
    }

    assertThat(consumer.remembered("signingCertificates"))
        .as("the list of before, which was never asked for again")
        .isEqualTo(list);
    assertThat(key(3).path("spare").asBoolean()).isTrue();
  }

  /** What the drill would show if there were no spare; and why one rotation is enough at a time. */
  @Test
  void whoRestoredBeforeFailsOnACertificateThatNoListHad() {
    NugetPackage before = NugetPackage.of("Conformance.Drill", "1.0.0", 33);
    feed.pushed(before);
    String config = feed.config();
    assertSucceeded(consumer.restore(before.id(), before.version(), config));
    platform.rotateImmediately(feed.repository().path(), "nuget");
    platform.rotateImmediately(feed.repository().path(), "nuget");
    NugetPackage after = NugetPackage.of("Conformance.Drill.After", "1.0.0", 34);
    feed.pushed(after);

    assertFailed(consumer.restoreAgain(after, feed.config(), "--no-http-cache"), NOT_LISTED);
  }

  private String certificate(NugetPackage nupkg) {
    return feed.status(nupkg.id(), nupkg.version()).path("fingerprint").asText();
  }

  private JsonNode key(int version) {
    JsonNode list = Json.read(feed.get("/keys/nuget").body(), JsonNode.class);
    for (JsonNode key : list.path("keys")) {
      if (key.path("version").asInt() == version) {
        return key;
      }
    }
    return JsonNodeFactory.instance.objectNode();
  }
}
