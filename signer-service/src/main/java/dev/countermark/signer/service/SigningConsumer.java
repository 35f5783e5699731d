package dev.countermark.signer.service;

import dev.countermark.contracts.Bytes;
import dev.countermark.signing.Delivery;
import dev.countermark.signing.Lane;
import dev.countermark.signing.SigningWorker;
import io.quarkus.runtime.Startup;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Acknowledgment;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;

/**
 * Takes records from Kafka, one lane per topic. A channel gets its next record as soon as there is
 * a slot, so records are handled many at once; each is acknowledged when it is dealt with, and the
 * connector commits only up to the first that is not.
 */
@Startup // not with the first record: a wrong setting must stop the service at once
@ApplicationScoped
class SigningConsumer {
  private final SigningWorker<PackageRequest, SignedArtifact> worker;

  SigningConsumer(SigningWorker<PackageRequest, SignedArtifact> worker) {
    this.worker = worker;
  }

  @Incoming("uploads")
  @Acknowledgment(Acknowledgment.Strategy.MANUAL)
  CompletionStage<Void> upload(Message<byte[]> message) {
    return worker.accept(delivery(Lane.UPLOAD, message));
  }

  @Incoming("resyncs")
  @Acknowledgment(Acknowledgment.Strategy.MANUAL)
  CompletionStage<Void> resync(Message<byte[]> message) {
    return worker.accept(delivery(Lane.RESYNC, message));
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
        message::ack);
  }
}
