package dev.countermark.gateway.webhooks;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Json.MalformedJsonException;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.kit.GatewayResources;
import io.smallrye.reactive.messaging.kafka.api.IncomingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.reactive.messaging.Acknowledgment;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/**
 * Takes what happens to packages for their webhooks: one gateway takes each event. It is
 * acknowledged when it is in the store, and not before: while the store is away it is tried again.
 */
@ApplicationScoped
class WebhookFeed {
  private static final Logger LOG = Logger.getLogger(WebhookFeed.class);
  private static final long AGAIN_SECONDS = 5;
  private static final int LARGEST = 64 << 10;

  private final Deliveries deliveries;
  private final ScheduledExecutorService work;

  /** What all these events say. */
  private record Subject(RepositoryName repository) {}

  WebhookFeed(Deliveries deliveries, GatewayResources resources) {
    this.deliveries = deliveries;
    this.work = resources.webhooks();
  }

  @Incoming("webhooks")
  @Acknowledgment(Acknowledgment.Strategy.MANUAL)
  CompletionStage<Void> happened(Message<byte[]> message) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    try {
      work.execute(() -> take(message, done));
    } catch (RejectedExecutionException e) {
      // The gateway ends: the event is not acknowledged, and comes to another one.
      LOG.debug("an event is left to another gateway");
    }
    return done.thenCompose(taken -> message.ack());
  }

  private void take(Message<byte[]> message, CompletableFuture<Void> done) {
    try {
      take(message);
      done.complete(null);
    } catch (Failure e) {
      LOG.warnf("an event is taken for webhooks later: %s", e.getMessage());
      var unused = work.schedule(() -> take(message, done), AGAIN_SECONDS, TimeUnit.SECONDS);
    } catch (RuntimeException e) {
      LOG.error("no webhook is told of an event", e);
      done.complete(null);
    }
  }

  private void take(Message<byte[]> message) {
    byte[] value = message.getPayload();
    if (value == null || value.length > LARGEST) {
      return;
    }
    try {
      CloudEvent event = CloudEvent.fromJson(value);
      if (!Webhook.EVENTS.contains(event.type()) || isKnown(event)) {
        return;
      }
      RepositoryName repository = event.dataAs(Subject.class).repository();
      if (repository != null) {
        deliveries.take(repository, event, Bytes.of(value), name(message, event));
      }
    } catch (MalformedJsonException e) {
      LOG.debugf("an event that is none: %s", e.getMessage());
    }
  }

  /** Signatures that were in place already: nothing happened. */
  private static boolean isKnown(CloudEvent event) {
    return event.data() != null
        && event.data().path("changed").isBoolean()
        && !event.data().path("changed").booleanValue();
  }

  /** The same each time that the broker delivers it. */
  private static String name(Message<byte[]> message, CloudEvent event) {
    return message
        .getMetadata(IncomingKafkaRecordMetadata.class)
        .map(
            record ->
                Delivery.name(record.getTimestamp(), record.getPartition(), record.getOffset()))
        .orElseThrow(() -> new IllegalStateException(event.id() + " did not come from Kafka"));
  }
}
