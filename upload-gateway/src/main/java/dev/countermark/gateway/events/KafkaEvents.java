package dev.countermark.gateway.events;

import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events;
import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.OciRecords.ManifestRecord;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;

/** Publishes to Kafka; done only when the broker has the record. */
@ApplicationScoped
class KafkaEvents implements UploadEvents {
  private static final String SOURCE = "/upload-gateway";
  private static final Duration PATIENCE = Duration.ofSeconds(25);

  private final MutinyEmitter<byte[]> uploads;
  private final Clock clock;

  KafkaEvents(
      @Channel("uploads-oci") @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
          MutinyEmitter<byte[]> uploads,
      Clock clock) {
    this.uploads = uploads;
    this.clock = clock;
  }

  @Override
  public void uploaded(ManifestRecord manifest) {
    CloudEvent event =
        CloudEvent.of(
            UUID.randomUUID().toString(),
            SOURCE,
            PackageUploaded.TYPE,
            Events.ociPurl(manifest.name(), manifest.digest()),
            clock.instant(),
            new PackageUploaded(
                manifest.repository(),
                manifest.name(),
                manifest.digest(),
                manifest.mediaType(),
                manifest.pushedAt()));
    try {
      uploads
          .sendMessage(message(event, Events.ociKey(manifest.name(), manifest.digest())))
          .await()
          .atMost(PATIENCE);
    } catch (RuntimeException e) {
      throw new Failure.Transient("the broker did not take the event of an upload", e);
    }
  }

  private static Message<byte[]> message(CloudEvent event, String key) {
    RecordHeaders headers = new RecordHeaders();
    headers.add("content-type", CloudEvent.MEDIA_TYPE.getBytes(StandardCharsets.UTF_8));
    return Message.of(event.toJson())
        .addMetadata(
            OutgoingKafkaRecordMetadata.<String>builder()
                .withKey(key)
                .withHeaders(headers)
                .build());
  }
}
