package dev.countermark.gateway.events;

import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageDamaged;
import dev.countermark.contracts.Events.PackageListingChanged;
import dev.countermark.contracts.Events.PackageRepaired;
import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.Topics;
import dev.countermark.gateway.http.RequestTraces;
import dev.countermark.gateway.inventory.Inventories;
import dev.countermark.gateway.kit.IntegrityEvents;
import dev.countermark.gateway.kit.ListingEvents;
import dev.countermark.gateway.kit.UnsignedUploads;
import dev.countermark.gateway.kit.UploadEvents;
import dev.countermark.tracing.Step;
import dev.countermark.tracing.Tracing;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;

/** Publishes to Kafka, each event to its topic; done only when the broker has the record. */
@ApplicationScoped
class KafkaEvents implements UploadEvents, ListingEvents, IntegrityEvents {
  private static final String SOURCE = "/upload-gateway";
  private static final Duration PATIENCE = Duration.ofSeconds(25);

  private final MutinyEmitter<byte[]> emitter;
  private final Inventories inventories;
  private final UnsignedUploads unsigned;
  private final UntoldUploads untold;
  private final Clock clock;
  private final Tracing tracing;
  private final RequestTraces traces;

  KafkaEvents(
      @Channel("uploads") @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
          MutinyEmitter<byte[]> emitter,
      Inventories inventories,
      UnsignedUploads unsigned,
      UntoldUploads untold,
      Clock clock,
      Tracing tracing,
      RequestTraces traces) {
    this.tracing = tracing;
    this.traces = traces;
    this.unsigned = unsigned;
    this.untold = untold;
    this.inventories = inventories;
    this.emitter = emitter;
    this.clock = clock;
  }

  @Override
  public void notTold() {
    untold.failed(clock.instant());
  }

  @Override
  public void uploaded(Format<?, ?> format, PackageUploaded upload) {
    changed(format, upload.repository(), upload.name(), upload.digest());
    format.recordKey(upload.repository(), upload.name(), upload.digest()).ifPresent(unsigned::told);
    try {
      send(
          format.uploads(),
          format.eventKey(upload.repository(), upload.name(), upload.digest()),
          CloudEvent.of(
              CloudEvent.id(
                  PackageUploaded.TYPE,
                  format,
                  upload.repository(),
                  upload.name(),
                  upload.digest(),
                  upload.acceptedAt().toString()),
              SOURCE,
              PackageUploaded.TYPE,
              format.purl(upload.repository(), upload.name(), upload.digest()),
              clock.instant(),
              upload));
    } catch (Failure.Transient e) {
      notTold();
      throw e;
    }
  }

  /** Who lists here shall not wait for what the broker tells all gateways. */
  private void changed(Format<?, ?> format, RepositoryName repository, String name, String digest) {
    format
        .recordKey(repository, name, digest)
        .ifPresent(key -> inventories.heard(format, repository, key));
  }

  @Override
  public void listingChanged(Format<?, ?> format, PackageListingChanged change) {
    changed(format, change.repository(), change.name(), change.digest());
    send(
        Topics.OUTCOMES,
        format.eventKey(change.repository(), change.name(), change.digest()),
        CloudEvent.of(
            CloudEvent.id(
                PackageListingChanged.TYPE,
                format,
                change.repository(),
                change.name(),
                change.digest(),
                change.changedAt().toString()),
            SOURCE,
            PackageListingChanged.TYPE,
            format.purl(change.repository(), change.name(), change.digest()),
            clock.instant(),
            change));
  }

  @Override
  public void damaged(Format<?, ?> format, PackageDamaged found) {
    Fact fact = new Fact(found.repository(), found.name(), found.digest(), found.foundAt());
    outcome(format, PackageDamaged.TYPE, fact, found.object(), found);
  }

  @Override
  public void repaired(Format<?, ?> format, PackageRepaired found) {
    Fact fact = new Fact(found.repository(), found.name(), found.digest(), found.repairedAt());
    outcome(format, PackageRepaired.TYPE, fact, found.object(), found);
  }

  private record Fact(RepositoryName repository, String name, String digest, Instant at) {}

  private void outcome(Format<?, ?> format, String type, Fact fact, String object, Object data) {
    send(
        Topics.OUTCOMES,
        format.eventKey(fact.repository(), fact.name(), fact.digest()),
        CloudEvent.of(
            CloudEvent.id(
                type,
                format,
                fact.repository(),
                fact.name(),
                fact.digest(),
                object,
                fact.at().toString()),
            SOURCE,
            type,
            format.purl(fact.repository(), fact.name(), fact.digest()),
            clock.instant(),
            data));
  }

  private void send(String topic, String key, CloudEvent event) {
    try (Step step =
        tracing
            .begin("publish event", Tracing.Kind.SENDS, traces.current())
            .with("topic", topic)
            .with("package", String.valueOf(event.subject()))) {
      send(topic, key, event.after(step.parent()), step.parent());
    }
  }

  private void send(String topic, String key, CloudEvent event, Optional<String> parent) {
    RecordHeaders headers = new RecordHeaders();
    parent.ifPresent(p -> headers.add(Tracing.HEADER, p.getBytes(StandardCharsets.UTF_8)));
    headers.add("content-type", CloudEvent.MEDIA_TYPE.getBytes(StandardCharsets.UTF_8));
    Message<byte[]> message =
        Message.of(event.toJson())
            .addMetadata(
                OutgoingKafkaRecordMetadata.<String>builder()
                    .withTopic(topic)
                    .withKey(key)
                    .withHeaders(headers)
                    .build());
    try {
      emitter.sendMessage(message).await().atMost(PATIENCE);
    } catch (RuntimeException e) {
      throw new Failure.Transient("the broker did not take an event", e);
    }
  }
}
