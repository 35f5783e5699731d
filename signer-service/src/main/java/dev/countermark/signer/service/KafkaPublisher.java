package dev.countermark.signer.service;

import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.signing.DeadLetter;
import dev.countermark.signing.Lane;
import dev.countermark.signing.MalformedEventException;
import dev.countermark.signing.SigningOutcome;
import dev.countermark.signing.SigningWorker;
import dev.countermark.tracing.Step;
import dev.countermark.tracing.Tracing;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;

/** Writes outcomes and dead letters; a stage completes when the broker acknowledged (acks=all). */
@ApplicationScoped
public class KafkaPublisher
    implements SigningWorker.Outcomes<PackageRequest, SignedArtifact>, SigningWorker.DeadLetters {
  /**
   * Largest key and value of a dead letter together, bytes: with its headers it must stay below a
   * broker's usual limit of 1 MiB per record, or it could never be written.
   */
  static final int MAX_DEAD_LETTER = 900_000;

  /** A broker that does not take so much is set to take next to nothing. */
  private static final int LEAST_DEAD_LETTER = 1_000;

  /** Whom the broker refuses for its size is tried with this part of it. */
  private static final int SMALLER = 8;

  private final Emitter<byte[]> outcomes;
  private final Emitter<byte[]> deadLetters;
  private final OutcomeEvents events;
  private final Tracing tracing;

  KafkaPublisher(
      @Channel("outcomes") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = 8_192)
          Emitter<byte[]> outcomes,
      @Channel("dead-letters") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = 8_192)
          Emitter<byte[]> deadLetters,
      Clock clock,
      Tracing tracing) {
    this.tracing = tracing;
    this.outcomes = outcomes;
    this.deadLetters = deadLetters;
    this.events = new OutcomeEvents(clock);
  }

  @Override
  public CompletionStage<Void> publish(
      PackageRequest request, SigningOutcome<SignedArtifact> outcome) {
    Step step =
        tracing
            .begin("publish outcome", Tracing.Kind.SENDS, request.trace())
            .with("package", request.purl())
            .with("code", outcome.code());
    return CompletableFuture.allOf(
            events.of(request, outcome).stream()
                .map(keyed -> tell(keyed, step.parent()))
                .toArray(CompletableFuture<?>[]::new))
        .whenComplete((told, failure) -> step.close());
  }

  private CompletableFuture<Void> tell(OutcomeEvents.Keyed keyed, Optional<String> parent) {
    RecordHeaders headers = new RecordHeaders();
    headers.add("content-type", CloudEvent.MEDIA_TYPE.getBytes(StandardCharsets.UTF_8));
    parent.ifPresent(p -> headers.add(Tracing.HEADER, p.getBytes(StandardCharsets.UTF_8)));
    return send(outcomes, keyed.key(), keyed.event().after(parent).toJson(), headers);
  }

  /**
   * The letter first: whoever hears that there is one shall find it. That its campaign is told
   * matters less: it asks again, and the letter would be written again.
   */
  @Override
  public CompletionStage<Void> publish(DeadLetter letter) {
    return publish(letter, MAX_DEAD_LETTER)
        .thenCompose(written -> tellCampaign(letter).exceptionally(lost -> null));
  }

  private CompletionStage<Void> tellCampaign(DeadLetter letter) {
    return Formats.all().stream()
        .filter(format -> format.resyncs().equals(letter.topic()))
        .findFirst()
        .flatMap(format -> request(format, letter))
        .flatMap(
            request ->
                request
                    .campaign()
                    .map(
                        campaign ->
                            tell(events.deadLettered(request, campaign, letter), request.trace())))
        .orElseGet(() -> CompletableFuture.completedFuture(null));
  }

  private static Optional<PackageRequest> request(Format<?, ?> format, DeadLetter letter) {
    try {
      return Optional.of(new EventDecoder(format).decode(Lane.RESYNC, letter.value()));
    } catch (MalformedEventException e) {
      return Optional.empty(); // of no campaign that anybody knows
    }
  }

  /**
   * Some brokers take less than they usually do; a letter that none takes would be tried for ever.
   */
  private CompletionStage<Void> publish(DeadLetter letter, int most) {
    CutLetter cut = CutLetter.of(letter, most);
    return send(deadLetters, cut.key(), cut.value(), cut.headers())
        .exceptionallyCompose(
            failure ->
                isTooLarge(failure) && most > LEAST_DEAD_LETTER
                    ? publish(letter, Math.max(LEAST_DEAD_LETTER, most / SMALLER))
                    : CompletableFuture.failedStage(failure));
  }

  private static <K> CompletableFuture<Void> send(
      Emitter<byte[]> channel, K key, byte[] value, Headers headers) {
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
    return isTooLarge(failure)
        ? failure
        : new Failure.Transient("the broker did not acknowledge a record", failure);
  }

  private static boolean isTooLarge(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof RecordTooLargeException) {
        return true;
      }
    }
    return false;
  }
}
