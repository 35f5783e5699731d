package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.topics.TopicClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** From a signer that gives up, by the broker, to the operator, and back. */
@ExtendWith(PlatformExtension.class)
class DeadLettersTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  /** Bytes that are no text grow when they are taken for it. */
  private static final int LONG_KEY = 900_000;

  private Platform platform;
  private TopicClient topics;

  static Stream<String> queues() {
    return Formats.all().stream().flatMap(DeadLettersTest::queues);
  }

  private static Stream<String> queues(Format<?, ?> format) {
    return Stream.of(format.uploads(), format.resyncs());
  }

  @BeforeEach
  void use(Platform running) {
    running.requireData();
    platform = running;
    topics =
        new TopicClient(
            platform.setting("upload-gateway", "kafka.bootstrap.servers").orElseThrow());
  }

  @AfterEach
  void close() {
    topics.close();
  }

  private List<JsonNode> letters(String topic) {
    JsonNode page =
        Json.read(
            platform.call("GET", "/api/v1/dead-letters?code=MALFORMED_EVENT&n=100", null).body(),
            JsonNode.class);
    return StreamSupport.stream(page.path("letters").spliterator(), false)
        .filter(letter -> letter.path("topic").asText().equals(topic))
        .toList();
  }

  /** The only letter from a topic. */
  private JsonNode letter(String topic, int attempts) {
    return await("the letter of " + topic)
        .atMost(LIMIT)
        .until(
            () -> letters(topic),
            all -> all.size() == 1 && all.get(0).path("attempts").asInt() >= attempts)
        .get(0);
  }

  private HttpResponse<byte[]> order(JsonNode letter, String what) {
    return platform.call(
        "POST", "/api/v1/dead-letters/" + letter.path("id").asText() + ":" + what, null);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("queues")
  void whatNobodyUnderstandsComesBackWithItsHistoryAndGoes(String topic) {
    topics.send(topic, "key", "no event at all \0 \u001b[31m".getBytes(StandardCharsets.UTF_8));
    JsonNode first = letter(topic, 1);
    JsonNode shown =
        Json.read(
            platform.call("GET", "/api/v1/dead-letters/" + first.path("id").asText(), null).body(),
            JsonNode.class);
    assertThat(shown.path("value").asText()).startsWith("no event at all").doesNotContain("\u001b");

    assertThat(order(first, "replay").statusCode()).isEqualTo(204);
    JsonNode again = letter(topic, first.path("attempts").asInt() + 1);
    assertThat(again.path("id")).isNotEqualTo(first.path("id"));

    assertThat(order(again, "discard").statusCode()).isEqualTo(204);
    assertThat(letters(topic)).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("queues")
  void whatNoLetterHasRoomForIsCutOffAndSaysSo(String topic) {
    byte[] key = new byte[LONG_KEY];
    Arrays.fill(key, (byte) 0xff);
    topics.send(topic, key, "no event".getBytes(StandardCharsets.UTF_8));

    JsonNode letter = letter(topic, 1);

    assertThat(letter.path("replayable").asBoolean()).isFalse();
    assertThat(order(letter, "replay").statusCode()).isEqualTo(409);
    assertThat(order(letter, "discard").statusCode()).isEqualTo(204);
  }
}
