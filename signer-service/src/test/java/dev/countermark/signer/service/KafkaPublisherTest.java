package dev.countermark.signer.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Bytes;
import dev.countermark.signing.DeadLetter;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
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

  private final KafkaPublisher publisher = new KafkaPublisher(channel, channel, Clock.systemUTC());

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
  void leavesOutAValueThatIsTooLargeBesideItsKey() {
    var record = publish(new byte[1_000], KafkaPublisher.MAX_DEAD_LETTER - 999);

    assertThat(sent.get(0).getPayload()).isEmpty();
    assertThat((byte[]) record.getKey()).hasSize(1_000);
    assertThat(header(record, KafkaPublisher.VALUE_OMITTED)).isEqualTo("899001");
    assertThat(header(record, KafkaPublisher.KEY_OMITTED)).isEqualTo("absent");
  }

  @Test
  void leavesOutAKeyThatIsTooLarge() {
    var record = publish(new byte[KafkaPublisher.MAX_DEAD_LETTER + 1], 5);

    assertThat(record.getKey()).isNull();
    assertThat(sent.get(0).getPayload()).hasSize(5);
    assertThat(header(record, KafkaPublisher.KEY_OMITTED)).isEqualTo("900001");
  }
}
