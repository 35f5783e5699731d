package dev.countermark.signer.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.DeadLetterHeaders;
import dev.countermark.signing.DeadLetter;
import dev.countermark.tracing.Tracing;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;

class KafkaPublisherTest {
  private static final byte[] NO_TEXT = {(byte) 0xC3, 0x28, 0, (byte) 0xFF};

  private final List<Message<? extends byte[]>> sent = new ArrayList<>();

  private final Emitter<byte[]> channel =
      new Emitter<>() {
        @Override
        public CompletionStage<Void> send(byte[] payload) {
          throw new AssertionError("sent without a key");
        }

        @Override
        public <M extends Message<? extends byte[]>> void send(M message) {
          sent.add(message);
        }

        @Override
        public void complete() {}

        @Override
        public void error(Exception e) {}

        @Override
        public boolean isCancelled() {
          return false;
        }

        @Override
        public boolean hasRequests() {
          return true;
        }
      };

  private final KafkaPublisher publisher =
      new KafkaPublisher(channel, channel, Clock.systemUTC(), Tracing.off());

  private OutgoingKafkaRecordMetadata<?> publish(byte[] key, int valueBytes) {
    publisher.publish(
        new DeadLetter(
            Optional.of(Bytes.of(key)),
            Bytes.of(new byte[valueBytes]),
            DeadLetter.Code.MALFORMED_EVENT,
            "no event",
            1,
            "uploads",
            3,
            77));
    return sent.get(0).getMetadata(OutgoingKafkaRecordMetadata.class).orElseThrow();
  }

  private static String header(OutgoingKafkaRecordMetadata<?> record, String name) {
    Header header = record.getHeaders().lastHeader(name);
    return header == null ? "absent" : new String(header.value(), StandardCharsets.UTF_8);
  }

  @Test
  void keepsTheKeyOfADeadLetterEvenIfItIsNoText() {
    assertThat(publish(NO_TEXT, 5).getKey()).isEqualTo(NO_TEXT);
    assertThat(sent.get(0).getPayload()).hasSize(5);
  }

  @Test
  void cutsAValueThatIsTooLargeBesideItsKey() {
    var record = publish(new byte[1_000], KafkaPublisher.MAX_DEAD_LETTER - 999);

    assertThat(sent.get(0).getPayload()).hasSize(KafkaPublisher.MAX_DEAD_LETTER - 1_000);
    assertThat((byte[]) record.getKey()).hasSize(1_000);
    assertThat(header(record, DeadLetterHeaders.VALUE_BYTES)).isEqualTo("899001");
    assertThat(header(record, DeadLetterHeaders.VALUE_SHA256)).isEqualTo(sha256(new byte[899_001]));
    assertThat(header(record, DeadLetterHeaders.KEY_BYTES)).isEqualTo("absent");
  }

  @Test
  void cutsAKeyThatIsTooLarge() {
    var record = publish(new byte[KafkaPublisher.MAX_DEAD_LETTER + 1], 5);

    assertThat((byte[]) record.getKey()).hasSize(KafkaPublisher.MAX_DEAD_LETTER - 5);
    assertThat(sent.get(0).getPayload()).hasSize(5);
    assertThat(header(record, DeadLetterHeaders.KEY_BYTES)).isEqualTo("900001");
    assertThat(header(record, DeadLetterHeaders.KEY_SHA256)).isEqualTo(sha256(new byte[900_001]));
  }

  @Test
  void cutsBothWhenBothAreTooLarge() {
    var record = publish(new byte[2_000_000], 3_000_000);

    assertThat(((byte[]) record.getKey()).length + sent.get(0).getPayload().length)
        .isEqualTo(KafkaPublisher.MAX_DEAD_LETTER);
    assertThat(header(record, DeadLetterHeaders.KEY_BYTES)).isEqualTo("2000000");
    assertThat(header(record, DeadLetterHeaders.VALUE_BYTES)).isEqualTo("3000000");
  }

  /** One that the broker never takes would hold its room for ever. */
  @Test
  void cutsMoreForABrokerThatTakesLess() {
    publish(new byte[100], 500_000);
    for (int tries = 0; sent.get(tries).getPayload().length > 60_000; tries++) {
      sent.get(tries).nack(new RecordTooLargeException()).toCompletableFuture().join();
    }
    Message<? extends byte[]> last = sent.get(sent.size() - 1);

    assertThat(last.getPayload()).isNotEmpty();
    assertThat(
            header(
                last.getMetadata(OutgoingKafkaRecordMetadata.class).orElseThrow(),
                DeadLetterHeaders.VALUE_BYTES))
        .isEqualTo("500000");
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
