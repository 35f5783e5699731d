package dev.countermark.gateway.letters;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.DeadLetterHeaders;
import dev.countermark.contracts.Failure;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;

/** Writes letters to where they came from, byte for byte, with the tries that were made so far. */
@ApplicationScoped
class KafkaReplay implements Letters.Replay {
  private final Emitter<byte[]> emitter;

  KafkaReplay(
      @Channel("replays") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = 1_024)
          Emitter<byte[]> emitter) {
    this.emitter = emitter;
  }

  @Override
  public CompletionStage<Void> publish(Letter letter) {
    RecordHeaders headers = new RecordHeaders();
    headers.add(
        DeadLetterHeaders.ATTEMPTS,
        Integer.toString(letter.attempts()).getBytes(StandardCharsets.UTF_8));
    CompletableFuture<Void> sent = new CompletableFuture<>();
    Message<byte[]> message =
        Message.of(
                letter.value().toArray(),
                () -> {
                  sent.complete(null);
                  return CompletableFuture.completedStage(null);
                },
                failure -> {
                  sent.completeExceptionally(
                      new Failure.Transient("the broker did not take a letter", failure));
                  return CompletableFuture.completedStage(null);
                })
            .addMetadata(
                OutgoingKafkaRecordMetadata.<byte[]>builder()
                    .withTopic(letter.source().topic())
                    .withKey(letter.key().map(Bytes::toArray).orElse(null))
                    .withHeaders(headers)
                    .build());
    try {
      emitter.send(message);
    } catch (IllegalStateException e) { // the buffer is full, or the channel is being closed
      sent.completeExceptionally(new Failure.Transient("cannot hand a letter to the broker", e));
    }
    return sent;
  }
}
