package dev.countermark.signer.service;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.DeadLetterHeaders;
import dev.countermark.contracts.Format;
import dev.countermark.signing.Delivery;
import dev.countermark.signing.Lane;
import dev.countermark.signing.SigningWorker;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordMetadata;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.header.Header;
import org.eclipse.microprofile.reactive.messaging.Message;

/**
 * Where the channels of the formats that this process signs hand over their records. A channel gets
 * its next record as soon as there is room, so records are handled many at once; each is
 * acknowledged when it is dealt with, and the connector commits only up to the first that is not.
 *
 * <p>The channels are the format's, one lane per topic: {@code uploads-<label>} and {@code
 * resyncs-<label>}, each with manual acknowledgement. Their settings are {@link ChannelSettings}'.
 */
public final class SignerHost {
  private final Map<String, SigningWorker<PackageRequest, SignedArtifact>> workers;

  /**
   * @param workers by the label of their format
   */
  SignerHost(Map<String, SigningWorker<PackageRequest, SignedArtifact>> workers) {
    this.workers = Map.copyOf(workers);
  }

  /** Takes a record of the topic of uploads. */
  public CompletionStage<Void> upload(Format<?, ?> format, Message<byte[]> message) {
    return workers.get(format.label()).accept(delivery(Lane.UPLOAD, message));
  }

  /** Takes a record of the topic of resyncs. */
  public CompletionStage<Void> resync(Format<?, ?> format, Message<byte[]> message) {
    return workers.get(format.label()).accept(delivery(Lane.RESYNC, message));
  }

  private static Delivery delivery(Lane lane, Message<byte[]> message) {
    IncomingKafkaRecordMetadata<?, ?> record =
        message
            .getMetadata(IncomingKafkaRecordMetadata.class)
            .orElseThrow(() -> new IllegalStateException("a record that did not come from Kafka"));
    Optional<Bytes> key =
        record.getKey() instanceof byte[] bytes ? Optional.of(Bytes.of(bytes)) : Optional.empty();
    byte[] value = message.getPayload() == null ? new byte[0] : message.getPayload();
    return new Delivery(
        lane,
        record.getTopic(),
        record.getPartition(),
        record.getOffset(),
        key,
        Bytes.of(value),
        attempts(record),
        message::ack);
  }

  /** Of one that is handed in again; whoever writes to the topic may write anything. */
  private static int attempts(IncomingKafkaRecordMetadata<?, ?> record) {
    Header header = record.getHeaders().lastHeader(DeadLetterHeaders.ATTEMPTS);
    try {
      return header == null || header.value() == null
          ? 0
          : Math.max(0, Integer.parseInt(new String(header.value(), StandardCharsets.UTF_8)));
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
