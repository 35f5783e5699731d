package dev.countermark.signing;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Obstacle;
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
 * Turns every delivered record into one of: an outcome that the broker acknowledged, a dead letter
 * that the broker acknowledged, or a note that is stored and by which it is handed in again; and
 * only then acknowledges the record itself.
 *
 * <p>Transient failures are tried again by the {@link RetryPolicy} as long as they pass by
 * themselves; then, and the others at once, an upload becomes a note with the time of its next try,
 * and a resync a dead letter. Permanent failures become refused outcomes, anything unforeseen and
 * anything malformed becomes a dead letter at once. When only the publication of an outcome fails,
 * only the publication is tried again.
 *
 * @param <R> the format's request
 * @param <O> the format's way to name a package in an outcome
 */
public final class SigningWorker<R extends SigningRequest, O> {
  private static final Logger LOG = System.getLogger(SigningWorker.class.getName());

  /** Nobody needs to be told of a shorter wait, unless it was in vain so often. */
  private static final Duration WORTH_A_NOTE = Duration.ofSeconds(1);

  private static final int IN_VAIN = 3;

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

  /** Where every record ends: in one of the three. */
  public record Ends<R, O>(
      Outcomes<R, O> outcomes, DeadLetters deadLetters, WaitingNotes<R> waiting) {}

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
  private final WaitingNotes<R> waiting;
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
    this.waiting = ends.waiting();
    this.retries = retries.policy();
    this.metrics = metrics;
    this.clock = retries.clock();
    this.random = retries.jitter();
  }

  /**
   * Takes a record over. Never blocks.
   *
   * @return completes as soon as there is room for it, long before it is dealt with
   */
  public CompletionStage<Void> accept(Delivery delivery) {
    Handling handling = new Handling(delivery);
    return dispatcher.submit(
        new KeyedDispatcher.Task(
            delivery.orderKey(), handling.tenant(), delivery.lane(), delivery.bytes(), handling));
  }

  /** The life of one delivery. Its tries never overlap, and each sees what the last one left. */
  private final class Handling implements KeyedDispatcher.Job {
    private final long room;
    private final R request;
    private final Throwable unreadable;
    private volatile Delivery delivery;
    private volatile int attempts;
    private volatile int earlier;
    private volatile Instant firstTry;
    private volatile Obstacle obstacle = Obstacle.BUSY;
    private volatile boolean noted;
    private volatile SigningOutcome<O> outcome;
    private volatile DeadLetter letter;

    Handling(Delivery delivery) {
      this.delivery = delivery;
      this.room = delivery.bytes();
      R read = null;
      Throwable failure = null;
      try {
        read = decoder.decode(delivery.lane(), delivery.value());
      } catch (Throwable e) { // whatever it is, the record must end somewhere
        failure = e;
      }
      this.request = read;
      this.unreadable = failure;
    }

    /** Records that nobody can read are one tenant's. */
    String tenant() {
      return request == null ? "" : request.tenant();
    }

    /** What this one takes is given back: as much more the other may hold. */
    @Override
    public boolean isCoveredBy(KeyedDispatcher.Job other) {
      return delivery.lane() == Lane.UPLOAD
          && request != null
          && other instanceof SigningWorker<?, ?>.Handling handling
          && handling.request != null
          && handling.letter == null
          && handling.outcome == null
          && delivery.bytes() <= handling.room + Delivery.HANDLING
          && request.asksTheSame(handling.request);
    }

    /**
     * The other one goes on in the name of this one's record, for it may be the same record: it
     * comes again when its partition went away and came back, and then the consumer awaits it once.
     * Acknowledged here, it would be known to nobody but this process.
     */
    @Override
    public Runnable coveredBy(KeyedDispatcher.Job other) {
      SigningWorker<?, ?>.Handling handling = (SigningWorker<?, ?>.Handling) other;
      Delivery earlier = handling.delivery;
      handling.delivery = delivery;
      return () -> {
        if (delivery.isAfter(earlier)) {
          CompletionStage<Next> unused = acknowledge(earlier);
        }
      };
    }

    @Override
    public CompletionStage<Next> run() {
      Instant begin = clock.instant();
      attempts++;
      firstTry = firstTry == null ? begin : firstTry;
      CompletionStage<Void> told;
      try {
        if (letter != null) {
          return ended(begin, deadLetters.publish(letter));
        }
        if (outcome == null) {
          outcome = sign();
          if (noted || earlier > 0) {
            waiting.clear(request);
          }
        }
        told = outcomes.publish(request, outcome);
      } catch (Failure.Transient e) {
        // Still on the thread of the try, which may block: a note is written.
        told = CompletableFuture.failedStage(e);
        if (isUnsignedUpload()) {
          metrics.attempt(delivery.lane(), Duration.between(begin, clock.instant()));
          return rest(e);
        }
      } catch (Throwable e) { // whatever it is, the record must end somewhere
        if (isUnsignedUpload()) {
          write(Obstacle.UNFORESEEN, Optional.empty(), false);
        }
        told = CompletableFuture.failedStage(e);
      }
      return ended(begin, told);
    }

    private boolean isUnsignedUpload() {
      return delivery.lane() == Lane.UPLOAD && request != null && outcome == null && letter == null;
    }

    private CompletionStage<Next> ended(Instant begin, CompletionStage<Void> told) {
      return told.handle(
              (ok, error) -> {
                metrics.attempt(delivery.lane(), Duration.between(begin, clock.instant()));
                return error == null ? told() : failed(unwrap(error));
              })
          .thenCompose(next -> next);
    }

    private SigningOutcome<O> sign() throws Throwable {
      if (request == null) {
        throw unreadable;
      }
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

    private CompletionStage<Next> told() {
      if (letter != null) {
        metrics.deadLetter(delivery.lane(), letter.code());
        log(
            Level.ERROR,
            "dead letter {0} for {1} from {2} after {3} tries: {4}",
            letter.code(),
            subject(),
            delivery.position(),
            letter.attempts(),
            letter.detail());
        return acknowledge().thenApply(done -> Next.gaveUp());
      }
      metrics.outcome(delivery.lane(), outcome.code());
      if (outcome instanceof SigningOutcome.Refused<O> refused) {
        log(Level.WARNING, "refused {0}: {1}, {2}", subject(), refused.reason(), refused.detail());
      }
      return acknowledge();
    }

    private CompletionStage<Next> acknowledge() {
      return acknowledge(delivery);
    }

    private CompletionStage<Next> acknowledge(Delivery handled) {
      return handled
          .acknowledge()
          .get()
          .handle(
              (ok, error) -> {
                if (error != null) {
                  // It is delivered again after a restart, and recognised as done.
                  LOG.log(Level.WARNING, "cannot acknowledge " + handled.position(), error);
                }
                return Next.done();
              });
    }

    private CompletionStage<Next> failed(Throwable error) {
      if (letter != null) {
        LOG.log(Level.WARNING, "cannot write the dead letter of " + delivery.position(), error);
        return again(retries.backoff(attempts, random));
      }
      if (error instanceof Failure.Transient failure) {
        Duration elapsed = Duration.between(firstTry, clock.instant());
        Optional<Duration> wait =
            failure.obstacle().isPassing()
                ? retries.next(attempts, elapsed, random)
                : Optional.empty();
        if (wait.isPresent()) {
          return retry(failure, wait.get());
        }
        return giveUp(code(failure), error.getMessage());
      }
      if (error instanceof MalformedEventException) {
        return giveUp(DeadLetter.Code.MALFORMED_EVENT, error.getMessage());
      }
      try (var fields = fields()) {
        LOG.log(Level.ERROR, "unforeseen failure for " + subject(), error);
      }
      return giveUp(DeadLetter.Code.UNFORESEEN, error.toString());
    }

    private DeadLetter.Code code(Failure.Transient failure) {
      return failure.obstacle().isPassing()
          ? DeadLetter.Code.RETRIES_EXHAUSTED
          : DeadLetter.Code.NEEDS_OPERATOR;
    }

    private CompletionStage<Next> retry(Failure.Transient failure, Duration wait) {
      log(Level.DEBUG, "try {0} for {1} failed: {2}", attempts, subject(), failure.getMessage());
      metrics.retry(delivery.lane());
      return again(wait);
    }

    /** An upload that was not signed. What is read here counts the tries of earlier deliveries. */
    private CompletionStage<Next> rest(Failure.Transient failure) {
      obstacle = failure.obstacle();
      if (attempts == 1) {
        earlier = waiting.tries(request);
      }
      int tries = earlier + attempts;
      Duration elapsed = Duration.between(firstTry, clock.instant());
      Optional<Duration> wait =
          obstacle.isPassing() ? retries.next(tries, elapsed, random) : Optional.empty();
      if (wait.isPresent()) {
        if (wait.get().compareTo(WORTH_A_NOTE) >= 0 || tries >= IN_VAIN || noted) {
          noted |= write(obstacle, wait, false);
        }
        return retry(failure, wait.get());
      }
      // Who is tried once in a while is dead for nobody: one letter, after many tries, is enough.
      return write(obstacle, Optional.of(retries.rest(random)), true) && attempts == 1
          ? handedOver(failure.getMessage())
          : giveUp(code(failure), failure.getMessage());
    }

    private boolean write(Obstacle what, Optional<Duration> wait, boolean handedOver) {
      Instant now = clock.instant();
      return waiting.write(
          request,
          new WaitingNotes.Note(what, earlier + attempts, now, wait.map(now::plus), handedOver));
    }

    private CompletionStage<Next> handedOver(String why) {
      metrics.handedOver(delivery.lane(), obstacle);
      log(Level.WARNING, "{0} waits ({1}): {2}", subject(), obstacle, why);
      return acknowledge().thenApply(done -> Next.gaveUp());
    }

    @Override
    public CompletionStage<Next> giveWay() {
      if (delivery.lane() == Lane.UPLOAD
          && request != null
          && letter == null
          && write(obstacle, Optional.of(retries.rest(random)), true)) {
        return handedOver("too much rests already");
      }
      if (letter == null) {
        letter =
            DeadLetter.of(
                delivery, DeadLetter.Code.NO_ROOM_TO_REST, obstacle.text(), earlier + attempts);
      }
      return ended(clock.instant(), deadLetters.publish(letter));
    }

    private CompletionStage<Next> giveUp(DeadLetter.Code code, String detail) {
      letter = DeadLetter.of(delivery, code, String.valueOf(detail), attempts);
      return again(Duration.ZERO);
    }

    private CompletionStage<Next> again(Duration delay) {
      return CompletableFuture.completedStage(new Next.Again(delay));
    }

    private LogFields fields() {
      return LogFields.of(Optional.ofNullable(request));
    }

    private void log(Level level, String message, Object... parameters) {
      try (var fields = fields()) {
        LOG.log(level, message, parameters);
      }
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
