package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The broker loses everything: its topics, what was in them, and how far everybody had read. What
 * was pushed is signed and listed all the same, and a campaign ends, without a hand.
 */
class BrokerLossTest {
  private static final int BEFORE = 2;
  private static final int WAITING = 2;

  @Test
  void whatWaitsIsSignedAndCampaignsGoOn() throws IOException {
    try (Platform platform = Platform.start()) {
      List<Course> courses = Course.all(platform);
      courses.forEach(course -> course.push(0, BEFORE));
      courses.forEach(course -> course.awaitSigned(BEFORE));

      try (var signer = new PausedPart(platform, Platform.SIGNER)) {
        HttpResponse<byte[]> started =
            platform.call(
                "POST",
                "/api/v1/resyncs",
                "{\"campaign\":\"over-the-loss\",\"rate\":100}".getBytes(StandardCharsets.UTF_8));
        assertThat(started.statusCode()).isEqualTo(202);
        courses.forEach(course -> course.push(BEFORE, BEFORE + WAITING));
        lose(platform);
      }

      courses.forEach(course -> course.awaitSigned(BEFORE + WAITING));
      JsonNode ended = Resync.ended(platform, "over-the-loss");
      assertThat(ended.path("state").asText()).as(ended::toString).isEqualTo("done");
      assertThat(ended.path("done").asInt())
          .as(ended::toString)
          .isEqualTo(ended.path("planned").asInt())
          .isGreaterThanOrEqualTo(courses.size() * BEFORE);

      courses.forEach(course -> course.push(BEFORE + WAITING, BEFORE + WAITING + 1));
      courses.forEach(course -> course.awaitSigned(BEFORE + WAITING + 1));
      courses.forEach(course -> course.assertAllThere(BEFORE + WAITING + 1));
      courses.forEach(course -> course.assertSignedOnce(0, BEFORE + WAITING + 1));
    }
  }

  /** What it has open goes on existing elsewhere until it is dead. */
  private static void lose(Platform platform) throws IOException {
    Path data = platform.requireData();
    try (var broker = new PausedPart(platform, "broker")) {
      Files.move(data.resolve("kafka"), data.resolve("kafka-lost"));
      platform.kill("broker");
    }
  }
}
