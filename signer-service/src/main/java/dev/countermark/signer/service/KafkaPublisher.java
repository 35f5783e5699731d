package dev.countermark.signer.service;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Failure;
import dev.countermark.signing.DeadLetter;
import dev.countermark.signing.SigningOutcome;
import dev.countermark.signing.SigningWorker;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;

/** Writes outcomes and dead letters; a stage completes when the broker acknowledged (acks=all). */
@ApplicationScoped
public class KafkaPublisher
    implements SigningWorker.Outcomes<PackageRequest, SignedArtifact>, SigningWorker.DeadLetters {
  /** Says that a dead letter's value was left out, and how many bytes it had. */
  static final String VALUE_OMITTED = "countermark-value-omitted-bytes";

  /** The same for its key. */
  static final String KEY_OMITTED = "countermark-key-omitted-bytes";

  /**
   * Largest key and value of a dead letter together, bytes: with its headers it must stay below a
   * broker's usual limit of 1 MiB per record, or it could never be written.
   */
  static final int MAX_DEAD_LETTER = 900_000;

  private final Emitter<byte[]> outcomes;
  private final Emitter<byte[]> deadLetters;
  private final OutcomeEvents events;

  KafkaPublisher(
      @Channel("outcomes") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = 8_192)
          Emitter<byte[]> outcomes,
      @Channel("dead-letters") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = 8_192)
          Emitter<byte[]> deadLetters,
      Clock clock) {
    this.outcomes = outcomes;
    this.deadLetters = deadLetters;
    this.events = new OutcomeEvents(clock);
  }

  @Override
  public CompletionStage<Void> publish(
      PackageRequest request, SigningOutcome<SignedArtifact> outcome) {
    return CompletableFuture.allOf(
        events.of(request, outcome).stream()
            .map(
                e -> {
                  RecordHeaders headers = new RecordHeaders();
                  headers.add("content-type", utf8(CloudEvent.MEDIA_TYPE));
                  return send(outcomes, e.key(), e.event().toJson(), headers);
                })
            .toArray(CompletableFuture<?>[]::new));
  }

  @Override
  public CompletionStage<Void> publish(DeadLetter letter) {
    RecordHeaders headers = new RecordHeaders();
    letter.headers().forEach((name, value) -> headers.add(name, utf8(value)));
    byte[] key = letter.key().map(Bytes::toArray).orElse(null);
    if (key != null && key.length > MAX_DEAD_LETTER) {
      headers.add(KEY_OMITTED, utf8(Integer.toString(key.length)));
      key = null;
    }
    byte[] value = letter.value().toArray();
    if (value.length > MAX_DEAD_LETTER - (key == null ? 0 : key.length)) {
      headers.add(VALUE_OMITTED, utf8(Integer.toString(value.length)));
      value = new byte[0];
    }
    return send(deadLetters, key, value, headers);
  }

  private static <K> CompletableFuture<Void> send(
      Emitter<byte[]> channel, K key, byte[] value, RecordHeaders headers) {
    CompletableFuture<Void> sent = new CompletableFuture<>();
    var metadata =
        OutgoingKafkaRecordMetadata.<K>builder().withKey(key).withHeaders(headers).build();
    Message<byte[]> message =
        Message.of(
                value,
                () -> {
                  sent.complete(null);
                  return CompletableFuture.completedStage(null);
                },
                failure -> {
                  sent.completeExceptionally(classify(failure));
                  return CompletableFuture.completedStage(null);
                })
            .addMetadata(metadata);
    try {
      channel.send(message);
    } catch (IllegalStateException e) { // the buffer is full, or the channel is being closed
      sent.completeExceptionally(new Failure.Transient("cannot hand a record to the broker", e));
    }
    return sent;
  }

  private static Throwable classify(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof RecordTooLargeException) {
        return t;
      }
    }
    return new Failure.Transient("the broker did not acknowledge a record", failure);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
