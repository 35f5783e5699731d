package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The broker loses everything: its topics, what was in them, and how far everybody had read. What
 * was pushed is signed and listed all the same, and a campaign ends, without a hand.
 */
class BrokerLossTest {
  private static final Duration LIMIT = Duration.ofMinutes(8);
  private static final int BEFORE = 2;
  private static final int WAITING = 2;

  private record Course(FormatCase format, Packages packages) {
    static Course of(Platform platform, FormatCase format) {
      return new Course(
          format,
          format.packages(platform, platform.repository(format.label(), format.settings())));
    }

    void push(int from, int to) {
      for (int number = from; number < to; number++) {
        int pushed = number;
        await(format.label() + " takes package " + number)
            .atMost(LIMIT)
            .ignoreExceptionsInstanceOf(UncheckedIOException.class)
            .until(() -> packages.push(pushed) < 300);
      }
    }

    void awaitSigned(int to) {
      for (int number = 0; number < to; number++) {
        int pushed = number;
        await(packages.name(number) + " is signed")
            .atMost(LIMIT)
            .ignoreExceptionsInstanceOf(UncheckedIOException.class)
            .until(() -> packages.isSigned(pushed));
      }
    }

    void assertAllThereOnce(int to) {
      for (int number = 0; number < to; number++) {
        assertThat(packages.verify(number, packages.fetch(number).orElseThrow()))
            .as(packages.name(number))
            .isPresent();
        packages.assertSignedOnce(number);
      }
      List<Integer> all = IntStream.range(0, to).boxed().toList();
      packages
          .listed()
          .ifPresent(listed -> assertThat(listed).containsExactlyInAnyOrderElementsOf(all));
    }
  }

  @Test
  void whatWaitsIsSignedAndCampaignsGoOn() throws IOException {
    try (Platform platform = Platform.start()) {
      List<Course> courses =
          FormatCase.all().stream().map(format -> Course.of(platform, format)).toList();
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
      courses.forEach(course -> course.assertAllThereOnce(BEFORE + WAITING + 1));
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
