package dev.countermark.gateway.api;

import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;

/** Writes resync requests to the channel {@code resyncs}; done when the broker acknowledged. */
@ApplicationScoped
class KafkaResyncPublisher implements ResyncPublisher {
  private static final String SOURCE = "/upload-gateway";

  private final Emitter<byte[]> emitter;
  private final Clock clock;

  KafkaResyncPublisher(
      @Channel("resyncs") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = 4_096)
          Emitter<byte[]> emitter,
      Clock clock) {
    this.emitter = emitter;
    this.clock = clock;
  }

  @Override
  public CompletionStage<Void> publish(Format<?, ?> format, PackageResyncRequested request) {
    String key = format.eventKey(request.repository(), request.name(), request.digest());
    CloudEvent event =
        CloudEvent.of(
            CloudEvent.id(
                PackageResyncRequested.TYPE,
                format,
                request.repository(),
                request.name(),
                request.digest(),
                request.campaign()),
            SOURCE,
            PackageResyncRequested.TYPE,
            format.purl(request.repository(), request.name(), request.digest()),
            clock.instant(),
            request);
    RecordHeaders headers = new RecordHeaders();
    headers.add("content-type", CloudEvent.MEDIA_TYPE.getBytes(StandardCharsets.UTF_8));
    CompletableFuture<Void> sent = new CompletableFuture<>();
    Message<byte[]> message =
        Message.of(
                event.toJson(),
                () -> {
                  sent.complete(null);
                  return CompletableFuture.completedStage(null);
                },
                failure -> {
                  sent.completeExceptionally(failure);
                  return CompletableFuture.completedStage(null);
                })
            .addMetadata(
                OutgoingKafkaRecordMetadata.<String>builder()
                    .withTopic(format.resyncs())
                    .withKey(key)
                    .withHeaders(headers)
                    .build());
    try {
      emitter.send(message);
    } catch (IllegalStateException e) { // the buffer is full, or the channel is being closed
      sent.completeExceptionally(new Failure.Transient("cannot hand a record to the broker", e));
    }
    return sent;
  }
}
