package dev.countermark.signer.app;

import static dev.countermark.testkit.topics.TopicClient.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.DeadLetterHeaders;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.Topics;
import dev.countermark.format.echo.EchoFormat;
import dev.countermark.signer.service.SignerServers;
import dev.countermark.testkit.servers.EmbeddedBroker;
import dev.countermark.testkit.topics.TopicClient;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The service as it is deployed, with every format, and one more that is only on its class path.
 */
@QuarkusTest
@QuarkusTestResource(value = SignerServers.class, restrictToAnnotatedClass = true)
class SignerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final EchoFormat ECHO = new EchoFormat();
  private static TopicClient topics;

  @TestHTTPResource("/")
  URI service;

  @BeforeAll
  static void connect() {
    topics = new TopicClient(EmbeddedBroker.shared().bootstrapServers());
  }

  @AfterAll
  static void disconnect() {
    topics.close();
  }

  private static List<ConsumerRecord<byte[], byte[]>> awaitDeadLetters(byte[] value) {
    return await()
        .atMost(PATIENCE)
        .until(
            () -> topics.readBytes(Topics.DEAD_LETTERS, r -> Arrays.equals(value, r.value())),
            found -> !found.isEmpty());
  }

  @Test
  void takesTheRecordsOfEveryFormatInAGroupOfItsOwn() {
    assertThat(Formats.all()).hasSizeGreaterThan(3);
    for (Format<?, ?> format : Formats.all()) {
      for (String topic : List.of(format.uploads(), format.resyncs())) {
        byte[] garbage = Bytes.utf8("garbage " + UUID.randomUUID()).toArray();
        topics.send(topic, "key", garbage);

        var letter = awaitDeadLetters(garbage).get(0);

        assertThat(header(letter, DeadLetterHeaders.SOURCE_TOPIC)).isEqualTo(topic);
        assertThat(header(letter, DeadLetterHeaders.FAILURE_CODE)).isEqualTo("MALFORMED_EVENT");
      }
      String group = "signer-" + format.label();
      await().atMost(PATIENCE).until(() -> topics.lag(group, format.uploads()) == 0);
      await().atMost(PATIENCE).until(() -> topics.lag(group + "-resyncs", format.resyncs()) == 0);
    }
  }

  @Test
  void keepsTheKeyOfADeadLetterEvenIfItIsNoText() {
    byte[] key = {(byte) 0xC3, 0x28, 0, (byte) 0xFF};
    byte[] garbage = Bytes.utf8("garbage " + UUID.randomUUID()).toArray();

    topics.send(ECHO.uploads(), key, garbage);

    assertThat(awaitDeadLetters(garbage).get(0).key()).isEqualTo(key);
  }

  @Test
  void showsItsHealthAndWhatItsFormatsShare() throws Exception {
    assertThat(get("q/health/ready").statusCode()).isEqualTo(200);
    assertThat(get("q/health/live").statusCode()).isEqualTo(200);
    String metrics = get("q/metrics").body();
    assertThat(metrics)
        .contains("countermark_resources_threads_limit 32.0")
        .contains("countermark_resources_threads_used ")
        .contains("countermark_resources_memory_limit_bytes ")
        .contains("countermark_resources_memory_used_bytes ");
    for (Format<?, ?> format : Formats.all()) {
      assertThat(metrics)
          .contains("countermark_signing_in_flight{format=\"" + format.label() + "\"");
    }
  }

  private HttpResponse<String> get(String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(service.resolve("/" + path)).build(),
            HttpResponse.BodyHandlers.ofString());
  }
}
