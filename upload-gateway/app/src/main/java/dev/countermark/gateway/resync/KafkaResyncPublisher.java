package dev.countermark.gateway.resync;

import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Events.ResyncProgressed;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Topics;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jboss.logging.Logger;

/** Writes resync requests to the channel {@code resyncs}; done when the broker acknowledged. */
@ApplicationScoped
class KafkaResyncPublisher implements ResyncPublisher {
  private static final Logger LOG = Logger.getLogger(KafkaResyncPublisher.class);
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
    return send(
        format.resyncs(),
        format.eventKey(request.repository(), request.name(), request.digest()),
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
            request));
  }

  @Override
  public void progressed(Campaign campaign) {
    long done = campaign.tally().done();
    String fact = campaign.id() + " " + campaign.phase() + " " + done;
    var unused =
        send(
                Topics.OUTCOMES,
                campaign.id(),
                CloudEvent.of(
                    UUID.nameUUIDFromBytes(fact.getBytes(StandardCharsets.UTF_8)).toString(),
                    SOURCE,
                    ResyncProgressed.TYPE,
                    campaign.id(),
                    clock.instant(),
                    new ResyncProgressed(
                        campaign.id(),
                        campaign.phase().label(),
                        campaign.tally().allPlanned(),
                        done,
                        campaign.tally().results())))
            .exceptionally(
                lost -> {
                  LOG.debugf("progress of %s is not told: %s", campaign.id(), lost.getMessage());
                  return null;
                });
  }

  private CompletionStage<Void> send(String topic, String key, CloudEvent event) {
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
                    .withTopic(topic)
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
