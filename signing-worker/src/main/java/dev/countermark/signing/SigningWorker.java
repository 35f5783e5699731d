package dev.countermark.signing;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.signing.KeyedDispatcher.Next;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

/**
 * Turns every delivered record into exactly one of: an outcome that the broker acknowledged, or a
 * dead letter that the broker acknowledged; and only then acknowledges the record itself.
 *
 * <p>Transient failures are tried again by the {@link RetryPolicy}, permanent ones become refused
 * outcomes, anything unforeseen and anything malformed becomes a dead letter at once. When only the
 * publication of an outcome fails, only the publication is tried again.
 *
 * @param <R> the format's request
 * @param <O> the format's way to name a package in an outcome
 */
public final class SigningWorker<R extends SigningRequest, O> {
  private static final Logger LOG = System.getLogger(SigningWorker.class.getName());

  /** Reads a record's bytes. */
  @FunctionalInterface
  public interface Decoder<R> {
    /**
     * @throws MalformedEventException when the bytes are not the event they should be
     */
    R decode(Lane lane, Bytes value);
  }

  /** Publishes outcomes. */
  @FunctionalInterface
  public interface Outcomes<R, O> {
    /**
     * @return completes when the broker acknowledged everything, fails with {@link
     *     Failure.Transient} when it may be tried again
     */
    CompletionStage<Void> publish(R request, SigningOutcome<O> outcome);
  }

  /** Where records go that were given up. */
  @FunctionalInterface
  public interface DeadLetters {
    /**
     * @return completes when the broker acknowledged it; any failure is tried again without end,
     *     for the record would be lost otherwise
     */
    CompletionStage<Void> publish(DeadLetter letter);
  }

  /** Where every record ends: in one of the two. */
  public record Ends<R, O>(Outcomes<R, O> outcomes, DeadLetters deadLetters) {}

  /**
   * When a failed try is made again.
   *
   * @param clock by which time passes
   * @param jitter used by many threads at once
   */
  public record Retries(RetryPolicy policy, Clock clock, RandomGenerator jitter) {}

  private final KeyedDispatcher dispatcher;
  private final Decoder<R> decoder;
  private final FormatSigner<R, O> signer;
  private final Outcomes<R, O> outcomes;
  private final DeadLetters deadLetters;
  private final RetryPolicy retries;
  private final SigningMetrics metrics;
  private final Clock clock;
  private final RandomGenerator random;

  public SigningWorker(
      KeyedDispatcher dispatcher,
      Decoder<R> decoder,
      FormatSigner<R, O> signer,
      Ends<R, O> ends,
      Retries retries,
      SigningMetrics metrics) {
    this.dispatcher = dispatcher;
    this.decoder = decoder;
    this.signer = signer;
    this.outcomes = ends.outcomes();
    this.deadLetters = ends.deadLetters();
    this.retries = retries.policy();
    this.metrics = metrics;
    this.clock = retries.clock();
    this.random = retries.jitter();
  }

  /**
   * Takes a record over. Never blocks.
   *
   * @return completes as soon as there is a slot for it, long before it is dealt with
   */
  public CompletionStage<Void> accept(Delivery delivery) {
    return dispatcher.submit(delivery.orderKey(), delivery.lane(), new Handling(delivery));
  }

  /** The life of one delivery. Its tries never overlap, and each sees what the last one left. */
  private final class Handling implements KeyedDispatcher.Job {
    private final Delivery delivery;
    private volatile int attempts;
    private volatile Instant firstTry;
    private volatile R request;
    private volatile SigningOutcome<O> outcome;
    private volatile DeadLetter letter;

    Handling(Delivery delivery) {
      this.delivery = delivery;
    }

    @Override
    public CompletionStage<Next> run() {
      Instant begin = clock.instant();
      attempts++;
      firstTry = firstTry == null ? begin : firstTry;
      CompletionStage<Void> told;
      try {
        told = letter == null ? signAndTell() : deadLetters.publish(letter);
      } catch (Throwable e) { // whatever it is, the record must end somewhere
        told = CompletableFuture.failedStage(e);
      }
      return told.handle(
              (ok, error) -> {
                metrics.attempt(delivery.lane(), Duration.between(begin, clock.instant()));
                return error == null ? acknowledge() : failed(unwrap(error));
              })
          .thenCompose(next -> next);
    }

    private CompletionStage<Void> signAndTell() {
      if (request == null) {
        request = decoder.decode(delivery.lane(), delivery.value());
      }
      if (outcome == null) {
        outcome = sign();
      }
      return outcomes.publish(request, outcome);
    }

    private SigningOutcome<O> sign() {
      try {
        SigningOutcome<O> result = signer.sign(request);
        if (result instanceof SigningOutcome.Signed) {
          metrics.signed(delivery.lane(), Duration.between(request.since(), clock.instant()));
        }
        return result;
      } catch (Failure.Permanent e) {
        return new SigningOutcome.Refused<>(e.code(), e.getMessage());
      }
    }

    private CompletionStage<Next> acknowledge() {
      if (letter != null) {
        metrics.deadLetter(delivery.lane(), letter.code());
        LOG.log(
            Level.ERROR,
            "dead letter {0} for {1} from {2} after {3} tries: {4}",
            letter.code(),
            subject(),
            delivery.position(),
            letter.attempts(),
            letter.detail());
      } else {
        metrics.outcome(delivery.lane(), outcome.code());
        if (outcome instanceof SigningOutcome.Refused<O> refused) {
          LOG.log(
              Level.WARNING,
              "refused {0}: {1}, {2}",
              subject(),
              refused.reason(),
              refused.detail());
        }
      }
      return delivery
          .acknowledge()
          .get()
          .handle(
              (ok, error) -> {
                if (error != null) {
                  // It is delivered again after a restart, and recognised as done.
                  LOG.log(Level.WARNING, "cannot acknowledge " + delivery.position(), error);
                }
                return Next.done();
              });
    }

    private CompletionStage<Next> failed(Throwable error) {
      if (letter != null) {
        LOG.log(Level.WARNING, "cannot write the dead letter of " + delivery.position(), error);
        return again(retries.backoff(attempts, random));
      }
      if (error instanceof Failure.Transient) {
        Duration elapsed = Duration.between(firstTry, clock.instant());
        Optional<Duration> wait = retries.next(attempts, elapsed, random);
        if (wait.isPresent()) {
          LOG.log(
              Level.DEBUG, "try {0} for {1} failed: {2}", attempts, subject(), error.getMessage());
          metrics.retry(delivery.lane());
          return again(wait.get());
        }
        return giveUp(DeadLetter.Code.RETRIES_EXHAUSTED, error.getMessage());
      }
      if (error instanceof MalformedEventException) {
        return giveUp(DeadLetter.Code.MALFORMED_EVENT, error.getMessage());
      }
      LOG.log(Level.ERROR, "unforeseen failure for " + subject(), error);
      return giveUp(DeadLetter.Code.UNFORESEEN, error.toString());
    }

    private CompletionStage<Next> giveUp(DeadLetter.Code code, String detail) {
      letter = DeadLetter.of(delivery, code, String.valueOf(detail), attempts);
      return again(Duration.ZERO);
    }

    private CompletionStage<Next> again(Duration delay) {
      return CompletableFuture.completedStage(new Next.Again(delay));
    }

    private String subject() {
      return request == null ? "a record that cannot be read" : request.purl();
    }
  }

  private static Throwable unwrap(Throwable error) {
    Throwable cause = error;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
