package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Json;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A campaign of one repository, which is waited for. */
public final class Resync {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private Resync() {}

  /**
   * Has a new look at every package of a repository.
   *
   * @param order how far it goes, as the API takes it
   * @return how it ended
   */
  public static JsonNode of(Platform platform, String repository, String order) {
    HttpResponse<byte[]> started =
        platform.call(
            "POST",
            "/api/v1/repositories/" + repository + "/resync",
            order.getBytes(StandardCharsets.UTF_8));
    assertThat(started.statusCode())
        .as(() -> new String(started.body(), StandardCharsets.UTF_8))
        .isEqualTo(202);
    return ended(platform, Json.read(started.body(), JsonNode.class).path("campaign").asText());
  }

  /** Waits for a campaign. */
  public static JsonNode ended(Platform platform, String campaign) {
    return await("the campaign " + campaign + " has ended")
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(200))
        // One that is killed meanwhile is not there for a moment.
        .ignoreExceptionsInstanceOf(UncheckedIOException.class)
        .until(
            () ->
                Json.read(
                    platform.call("GET", "/api/v1/resyncs/" + campaign, null).body(),
                    JsonNode.class),
            status -> status.has("endedAt"));
  }
}
