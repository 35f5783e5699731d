package dev.countermark.gateway.letters;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.DeadLetterHeaders;
import dev.countermark.contracts.Failure;
import dev.countermark.gateway.kit.GatewayResources;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.eclipse.microprofile.reactive.messaging.Acknowledgment;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/**
 * Takes dead letters into the store. One is acknowledged when it is there, and not before: while
 * the store is away it is tried again.
 */
@ApplicationScoped
class LetterFeed {
  private static final Logger LOG = Logger.getLogger(LetterFeed.class);
  private static final long AGAIN_SECONDS = 5;

  /** An event is never that large: what is was none, and its place in the topic is told. */
  private static final int LARGEST = 16 << 10;

  private static final int LONGEST_DETAIL = 1_000;

  private final Letters letters;
  private final ScheduledExecutorService coordination;

  LetterFeed(Letters letters, GatewayResources resources) {
    this.letters = letters;
    this.coordination = resources.coordination();
  }

  @Incoming("dead-letters")
  @Acknowledgment(Acknowledgment.Strategy.MANUAL)
  CompletionStage<Void> givenUp(Message<byte[]> message) {
    Letter letter = letter(message);
    CompletableFuture<Void> done = new CompletableFuture<>();
    coordination.execute(() -> keep(letter, done));
    return done.thenCompose(kept -> message.ack());
  }

  private void keep(Letter letter, CompletableFuture<Void> done) {
    try {
      letters.keep(letter);
      done.complete(null);
    } catch (Failure e) {
      LOG.warnf("a dead letter is kept later: %s", e.getMessage());
      var unused = coordination.schedule(() -> keep(letter, done), AGAIN_SECONDS, TimeUnit.SECONDS);
    } catch (RuntimeException e) {
      LOG.error("a dead letter is left where it is", e);
      done.complete(null);
    }
  }

  private Letter letter(Message<byte[]> message) {
    IncomingKafkaRecordMetadata<?, ?> record =
        message
            .getMetadata(IncomingKafkaRecordMetadata.class)
            .orElseThrow(() -> new IllegalStateException("a record that did not come from Kafka"));
    Headers headers = record.getHeaders();
    String topic = text(headers, DeadLetterHeaders.SOURCE_TOPIC);
    byte[] value = message.getPayload() == null ? new byte[0] : message.getPayload();
    byte[] key = record.getKey() instanceof byte[] bytes ? bytes : null;
    boolean whole =
        headers.lastHeader(DeadLetterHeaders.KEY_BYTES) == null
            && headers.lastHeader(DeadLetterHeaders.VALUE_BYTES) == null
            && value.length <= LARGEST
            && (key == null || key.length <= LARGEST);
    Instant at = record.getTimestamp();
    return new Letter(
        Letter.id(at, record.getPartition(), record.getOffset()),
        at,
        text(headers, DeadLetterHeaders.FAILURE_CODE),
        text(headers, DeadLetterHeaders.FAILURE_DETAIL),
        (int) number(headers, DeadLetterHeaders.ATTEMPTS),
        new Letter.Source(
            topic,
            (int) number(headers, DeadLetterHeaders.SOURCE_PARTITION),
            number(headers, DeadLetterHeaders.SOURCE_OFFSET)),
        Optional.ofNullable(key).map(k -> Bytes.of(Arrays.copyOf(k, Math.min(k.length, LARGEST)))),
        Bytes.of(Arrays.copyOf(value, Math.min(value.length, LARGEST))),
        whole,
        whole ? Letter.About.of(topic, value, letters.formats()) : Optional.empty());
  }

  /** Whoever may write to the topic may write anything. */
  private static String text(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    if (header == null || header.value() == null) {
      return "";
    }
    String text = new String(header.value(), StandardCharsets.UTF_8);
    return text.substring(0, Math.min(text.length(), LONGEST_DETAIL));
  }

  private static long number(Headers headers, String name) {
    try {
      return Long.parseLong(text(headers, name));
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
