package dev.countermark.signing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.DeadLetterHeaders;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Obstacle;
import dev.countermark.contracts.Refusal;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SigningWorkerTest {
  private record Request(String purl, Instant since) implements SigningRequest {
    @Override
    public Optional<String> trace() {
      return Optional.of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    }

    @Override
    public String tenant() {
      return "acme/app";
    }

    @Override
    public boolean asksTheSame(SigningRequest other) {
      return purl.startsWith("pkg:") && purl.equals(other.purl());
    }
  }

  private static final SigningOutcome<String> SIGNED =
      new SigningOutcome.Signed<>("by key 1", List.of());

  private final FakeScheduler scheduler = new FakeScheduler();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<String> events = new ArrayList<>();
  private final List<DeadLetter> letters = new ArrayList<>();

  /** What the next tries of the signer answer or throw; SIGNED when there is nothing. */
  private final Deque<Object> answers = new ArrayDeque<>();

  /** What the next publications throw; acknowledged when there is nothing. */
  private final Deque<Throwable> publicationFailures = new ArrayDeque<>();

  private final Deque<Throwable> deadLetterFailures = new ArrayDeque<>();
  private static final Duration REST = Duration.ofMinutes(15);
  private RetryPolicy retries =
      new RetryPolicy(
          Duration.ofMillis(100), Duration.ofSeconds(2), 5, Duration.ofMinutes(1), REST);

  /** Room for what rests, bytes. */
  private long room = 1 << 20;

  private final Notes notes = new Notes();

  /** What is written down, and whether that can be done. */
  private static final class Notes implements WaitingNotes<Request> {
    private final List<Note> written = new ArrayList<>();
    private int earlier;
    private boolean away;
    private int cleared;

    @Override
    public int tries(Request request) {
      return earlier;
    }

    @Override
    public boolean write(Request request, Note note) {
      if (!away) {
        written.add(note);
      }
      return !away;
    }

    @Override
    public void clear(Request request) {
      cleared++;
    }
  }

  private SigningWorker<Request, String> worker() {
    var dispatcher =
        new KeyedDispatcher(new SharedThreads(2, 1, room, scheduler, scheduler), 1 << 20, 1 << 20);
    return new SigningWorker<>(
        dispatcher,
        (lane, value) -> {
          if (!value.toUtf8().startsWith("pkg:")) {
            throw new MalformedEventException("expected a purl", null);
          }
          return new Request(value.toUtf8().strip(), scheduler.instant().minusSeconds(2));
        },
        this::sign,
        new SigningWorker.Ends<>(
            (request, outcome) -> {
              events.add("told " + outcome.code());
              return stage(publicationFailures.poll());
            },
            letter -> {
              events.add("dead letter " + letter.code());
              Throwable failure = deadLetterFailures.poll();
              if (failure == null) {
                letters.add(letter);
              }
              return stage(failure);
            },
            notes),
        new SigningWorker.Retries(retries, scheduler, new Random(3)),
        new SigningMetrics(meters, "test"));
  }

  @SuppressWarnings("unchecked")
  private SigningOutcome<String> sign(Request request) {
    events.add("signing");
    Object answer = answers.isEmpty() ? SIGNED : answers.poll();
    if (answer instanceof RuntimeException e) {
      throw e;
    }
    if (answer instanceof Error e) {
      throw e;
    }
    return (SigningOutcome<String>) answer;
  }

  private static CompletionStage<Void> stage(Throwable failure) {
    return failure == null
        ? CompletableFuture.completedStage(null)
        : CompletableFuture.failedStage(failure);
  }

  private Delivery delivery(String value) {
    return delivery(Lane.UPLOAD, value);
  }

  private Delivery delivery(Lane lane, String value) {
    return delivery(lane, value, 77, "acknowledged");
  }

  private Delivery delivery(Lane lane, String value, long offset, String acknowledged) {
    return new Delivery(
        lane,
        "uploads",
        3,
        offset,
        Optional.of(Bytes.utf8("key")),
        Bytes.utf8(value),
        () -> {
          events.add(acknowledged);
          return CompletableFuture.completedStage(null);
        });
  }

  private double count(String name, String code) {
    var counter = meters.find(name).tags("code", code, "lane", "upload").counter();
    return counter == null ? 0 : counter.count();
  }

  @Test
  void acknowledgesOnlyAfterTheOutcomeIsPublished() {
    worker().accept(delivery("pkg:a"));
    assertThat(events).isEmpty();

    scheduler.runAll();

    assertThat(events).containsExactly("signing", "told signed", "acknowledged");
  }

  @Test
  void measuresTheLagFromAcceptanceToSignature() {
    worker().accept(delivery("pkg:a"));
    scheduler.runAll();

    var lag = meters.get("countermark.signing.lag").tags("format", "test", "lane", "upload");
    assertThat(lag.timer().count()).isEqualTo(1);
    assertThat(lag.timer().totalTime(TimeUnit.SECONDS)).isEqualTo(2.0);
    assertThat(count("countermark.signing.outcomes", "signed")).isEqualTo(1);
  }

  @Test
  void triesATransientFailureAgain() {
    answers.add(new Failure.Transient("store away", null));
    answers.add(new Failure.Transient("store away", null));
    worker().accept(delivery("pkg:a"));
    scheduler.runAll();

    assertThat(events)
        .containsExactly("signing", "signing", "signing", "told signed", "acknowledged");
    assertThat(meters.get("countermark.signing.retries").tag("lane", "upload").counter().count())
        .isEqualTo(2);
  }

  @Test
  void tellsAgainWithoutSigningAgainWhenOnlyTheBrokerFailed() {
    publicationFailures.add(new Failure.Transient("broker away", null));
    worker().accept(delivery("pkg:a"));
    scheduler.runAll();

    assertThat(events).containsExactly("signing", "told signed", "told signed", "acknowledged");
    assertThat(meters.get("countermark.signing.lag").tag("lane", "upload").timer().count())
        .isEqualTo(1);
  }

  @Test
  void tellsOfAPermanentFailureAsRefused() {
    answers.add(new Failure.Permanent(Refusal.TOO_LARGE, "1001 manifests"));
    worker().accept(delivery("pkg:a"));
    scheduler.runAll();

    assertThat(events).containsExactly("signing", "told refused_too_large", "acknowledged");
    assertThat(letters).isEmpty();
  }

  @Test
  void writesADeadLetterWithEverythingWhenTheRetriesRunOut() {
    for (int i = 0; i < 5; i++) {
      answers.add(new Failure.Transient("store away", null));
    }
    worker().accept(delivery("pkg:a"));
    scheduler.runAll();

    assertThat(events)
        .endsWith("dead letter RETRIES_EXHAUSTED", "acknowledged")
        .doesNotContain("told signed");
    DeadLetter letter = letters.get(0);
    assertThat(letter.key()).contains(Bytes.utf8("key"));
    assertThat(letter.value()).isEqualTo(Bytes.utf8("pkg:a"));
    assertThat(letter.headers())
        .containsEntry(DeadLetterHeaders.FAILURE_CODE, "RETRIES_EXHAUSTED")
        .containsEntry(DeadLetterHeaders.FAILURE_DETAIL, "store away")
        .containsEntry(DeadLetterHeaders.ATTEMPTS, "5")
        .containsEntry(DeadLetterHeaders.SOURCE_TOPIC, "uploads")
        .containsEntry(DeadLetterHeaders.SOURCE_PARTITION, "3")
        .containsEntry(DeadLetterHeaders.SOURCE_OFFSET, "77");
    assertThat(count("countermark.signing.dead.letters", "retries_exhausted")).isEqualTo(1);
  }

  // ---- what waits -----------------------------------------------------------------------------

  private static Failure.Transient because(Obstacle obstacle) {
    return new Failure.Transient(obstacle, "on purpose", null);
  }

  @Test
  void triesOnceAndWritesDownWhatDoesNotPassByItself() {
    answers.add(because(Obstacle.AUDIT_BROKEN));
    worker().accept(delivery("pkg:a"));
    Instant now = scheduler.instant();
    scheduler.runAll();

    assertThat(events).containsExactly("signing", "acknowledged");
    assertThat(scheduler.instant()).isEqualTo(now);
    assertThat(notes.written).hasSize(1);
    WaitingNotes.Note note = notes.written.get(0);
    assertThat(note.obstacle()).isEqualTo(Obstacle.AUDIT_BROKEN);
    assertThat(note.tries()).isEqualTo(1);
    assertThat(note.handedOver()).isTrue();
    assertThat(note.nextTry().orElseThrow()).isAfterOrEqualTo(now.plus(REST));
    assertThat(count("countermark.signing.waiting", "audit_broken")).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(value = Obstacle.class, names = "UNFORESEEN", mode = EnumSource.Mode.EXCLUDE)
  void asksAgainOnlyWhileThatCanHelp(Obstacle obstacle) {
    answers.add(because(obstacle));
    worker().accept(delivery("pkg:a"));
    scheduler.runAll();

    assertThat(events.stream().filter("signing"::equals).count())
        .isEqualTo(obstacle.isPassing() ? 2 : 1);
  }

  /** Nobody would find it by its state. */
  @Test
  void writesADeadLetterOfAResyncThatDoesNotPassByItself() {
    answers.add(because(Obstacle.KEY_NOT_IN_FORCE));
    worker().accept(delivery(Lane.RESYNC, "pkg:a"));
    scheduler.runAll();

    assertThat(events).containsExactly("signing", "dead letter NEEDS_OPERATOR", "acknowledged");
    assertThat(notes.written).isEmpty();
  }

  @Test
  void tellsOfTheNextTryWhileItRests() {
    retries =
        new RetryPolicy(
            Duration.ofSeconds(60), Duration.ofSeconds(60), 3, Duration.ofMinutes(60), REST);
    answers.add(because(Obstacle.TIMESTAMP_AUTHORITY_UNAVAILABLE));
    worker().accept(delivery("pkg:a"));
    scheduler.runOne();
    WaitingNotes.Note note = notes.written.get(0);
    scheduler.ring();

    assertThat(scheduler.instant()).isEqualTo(note.nextTry().orElseThrow());
    assertThat(note.handedOver()).isFalse();

    scheduler.runAll();

    assertThat(notes.cleared).isEqualTo(1);
  }

  @Test
  void writesDownTheNextTryWhenTheRetriesRunOut() {
    for (int i = 0; i < 5; i++) {
      answers.add(because(Obstacle.KEY_SERVICE_UNAVAILABLE));
    }
    worker().accept(delivery("pkg:a"));
    scheduler.runAll();

    WaitingNotes.Note last = notes.written.get(notes.written.size() - 1);
    assertThat(last.tries()).isEqualTo(5);
    assertThat(last.handedOver()).isTrue();
    assertThat(letters).hasSize(1);
  }

  @Test
  void triesOnceWhatWasHandedInAgain() {
    notes.earlier = 5;
    answers.add(because(Obstacle.KEY_SERVICE_UNAVAILABLE));
    worker().accept(delivery("pkg:a"));
    scheduler.runAll();

    assertThat(events).containsExactly("signing", "acknowledged");
    assertThat(notes.written).hasSize(1);
    assertThat(notes.written.get(0).tries()).isEqualTo(6);
  }

  @Test
  void writesADeadLetterWhenNothingElseCanBeWritten() {
    notes.away = true;
    answers.add(because(Obstacle.AUDIT_BROKEN));
    worker().accept(delivery("pkg:a"));
    scheduler.runAll();

    assertThat(events).containsExactly("signing", "dead letter NEEDS_OPERATOR", "acknowledged");
  }

  @Test
  void tellsOfABugThatNobodyWillTryItAgain() {
    answers.add(new NullPointerException("oops"));
    worker().accept(delivery("pkg:a"));
    scheduler.runAll();

    assertThat(notes.written).hasSize(1);
    assertThat(notes.written.get(0).obstacle()).isEqualTo(Obstacle.UNFORESEEN);
    assertThat(notes.written.get(0).nextTry()).isEmpty();
  }

  @Test
  void handsOverWhatFindsNoRoomToRest() {
    room = 100;
    answers.add(because(Obstacle.BUSY));
    worker().accept(delivery("pkg:a"));
    scheduler.runAll();

    assertThat(events).containsExactly("signing", "acknowledged");
    assertThat(notes.written.get(notes.written.size() - 1).handedOver()).isTrue();
  }

  @Test
  void losesNothingThatCanNeitherRestNorBeHandedOver() {
    room = 100;
    notes.away = true;
    deadLetterFailures.add(new Failure.Transient("broker away", null));
    answers.add(because(Obstacle.BUSY));
    worker().accept(delivery("pkg:a"));
    scheduler.runAll();

    assertThat(events)
        .containsExactly(
            "signing",
            "dead letter NO_ROOM_TO_REST",
            "dead letter NO_ROOM_TO_REST",
            "acknowledged");
  }

  private SigningWorker<Request, String> workerWhoseFirstTryRests() {
    retries =
        new RetryPolicy(
            Duration.ofSeconds(60), Duration.ofSeconds(60), 9, Duration.ofMinutes(60), REST);
    SigningWorker<Request, String> worker = worker();
    answers.add(because(Obstacle.BUSY));
    worker.accept(delivery(Lane.UPLOAD, "pkg:a", 77, "acknowledged 77"));
    scheduler.runOne();
    return worker;
  }

  /**
   * Whoever pushes again while it waits tells the signers again, as often as he likes. The last
   * record stays, for whoever comes after this process.
   */
  @Test
  void triesOnceForAllThatTellOfWhatWaitsAlready() {
    SigningWorker<Request, String> worker = workerWhoseFirstTryRests();
    for (int i = 78; i < 178; i++) {
      worker.accept(delivery(Lane.UPLOAD, "pkg:a", i, "acknowledged " + i));
    }
    assertThat(events)
        .hasSize(101)
        .startsWith("signing", "acknowledged 77", "acknowledged 78")
        .endsWith("acknowledged 176");

    scheduler.runAll();

    assertThat(events)
        .hasSize(104)
        .endsWith("acknowledged 176", "signing", "told signed", "acknowledged 177");
  }

  /**
   * The partition goes away and comes back: what rests comes again, and its consumer would commit
   * it although nobody but this process knows of it.
   */
  @Test
  void acknowledgesNoneThatIsDeliveredAgainBeforeItIsDone() {
    SigningWorker<Request, String> worker = workerWhoseFirstTryRests();
    worker.accept(delivery(Lane.UPLOAD, "pkg:a", 79, "acknowledged 79"));
    worker.accept(delivery(Lane.UPLOAD, "pkg:a", 77, "acknowledged 77 again"));
    assertThat(events).containsExactly("signing", "acknowledged 77");

    worker.accept(delivery(Lane.UPLOAD, "pkg:a", 79, "acknowledged 79 again"));
    assertThat(events).containsExactly("signing", "acknowledged 77", "acknowledged 77 again");

    scheduler.runAll();

    assertThat(events.subList(3, events.size()))
        .containsExactly("signing", "told signed", "acknowledged 79 again");
  }

  /** Else a record as large as the broker lets in would rest in the room of a small one. */
  @Test
  void holdsNoLargerRecordInTheRoomOfOneThatRests() {
    SigningWorker<Request, String> worker = workerWhoseFirstTryRests();
    String padded = "pkg:a" + " ".repeat(5_000);
    worker.accept(delivery(Lane.UPLOAD, padded, 78, "acknowledged 78"));

    scheduler.runAll();

    assertThat(events)
        .containsExactly(
            "signing",
            "signing",
            "told signed",
            "acknowledged 77",
            "signing",
            "told signed",
            "acknowledged 78");
  }

  @Test
  void doesNotTryABugAgain() {
    answers.add(new NullPointerException("oops"));
    worker().accept(delivery("pkg:a"));
    scheduler.runAll();

    assertThat(events).containsExactly("signing", "dead letter UNFORESEEN", "acknowledged");
    assertThat(letters.get(0).detail()).contains("NullPointerException").contains("oops");
  }

  @Test
  void treatsAnErrorOfTheVirtualMachineLikeABug() {
    answers.add(new StackOverflowError());
    worker().accept(delivery("pkg:a"));
    scheduler.runAll();

    assertThat(events).containsExactly("signing", "dead letter UNFORESEEN", "acknowledged");
  }

  @Test
  void writesADeadLetterForAMalformedEventWithoutSigning() {
    worker().accept(delivery("no purl"));
    scheduler.runAll();

    assertThat(events).containsExactly("dead letter MALFORMED_EVENT", "acknowledged");
  }

  @Test
  void neverGivesUpWritingADeadLetter() {
    for (int i = 0; i < 50; i++) {
      deadLetterFailures.add(new Failure.Transient("broker away", null));
    }
    worker().accept(delivery("no purl"));
    scheduler.runAll();

    assertThat(letters).hasSize(1);
    assertThat(letters.get(0).attempts()).isEqualTo(1);
    assertThat(events).endsWith("acknowledged").filteredOn("acknowledged"::equals).hasSize(1);
  }

  @Test
  void cutsAnEndlessDetail() {
    answers.add(new IllegalStateException("x".repeat(50_000)));
    worker().accept(delivery("pkg:a"));
    scheduler.runAll();

    assertThat(letters.get(0).detail()).hasSize(DeadLetter.MAX_DETAIL);
  }

  @Test
  void doesNotHoldUpOthersWhileOnePackageFails() {
    retries =
        new RetryPolicy(
            Duration.ofSeconds(60), Duration.ofSeconds(60), 100, Duration.ofMinutes(60), REST);
    SigningWorker<Request, String> worker = worker();
    answers.add(new Failure.Transient("store away", null));
    worker.accept(delivery("pkg:a"));
    scheduler.runOne();
    events.clear();
    Instant before = scheduler.instant();

    worker.accept(
        new Delivery(
            Lane.UPLOAD,
            "uploads",
            3,
            78,
            Optional.of(Bytes.utf8("other")),
            Bytes.utf8("pkg:b"),
            () -> CompletableFuture.completedStage(null)));
    scheduler.runOne();

    assertThat(events).containsExactly("signing", "told signed");
    assertThat(scheduler.instant()).isEqualTo(before);
  }

  @Test
  void handlesRecordsOfDifferentKeysAtOnceEvenIfTheirKeysAreNoText() {
    SigningWorker<Request, String> worker = worker();
    for (byte[] key : List.of(new byte[] {(byte) 0x80}, new byte[] {(byte) 0x81})) {
      worker.accept(
          new Delivery(
              Lane.UPLOAD,
              "uploads",
              3,
              78,
              Optional.of(Bytes.of(key)),
              Bytes.utf8("pkg:a"),
              () -> CompletableFuture.completedStage(null)));
    }

    assertThat(scheduler.waitingForThread()).isEqualTo(2);
  }

  /** Random failures everywhere: each record ends exactly once, in order per key. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void endsEachRecordExactlyOnceInOrderWhateverFails(long seed) {
    Random random = new Random(seed);
    Map<String, List<Integer>> acknowledged = new HashMap<>();
    Map<String, List<Integer>> ended = new HashMap<>();
    var dispatcher =
        new KeyedDispatcher(
            new SharedThreads(3, 1, 1 << 24, scheduler, scheduler), 8 << 10, 2 << 10);
    SigningWorker<Request, String> worker =
        new SigningWorker<>(
            dispatcher,
            (lane, value) -> {
              maybeThrow(random, 20, new MalformedEventException("malformed", null));
              return new Request(value.toUtf8().strip(), scheduler.instant());
            },
            request -> {
              maybeThrow(random, 4, new Failure.Transient("away", null));
              maybeThrow(random, 10, new Failure.Permanent(Refusal.TOO_LARGE, "large"));
              maybeThrow(random, 20, new IllegalStateException("bug"));
              return SIGNED;
            },
            new SigningWorker.Ends<>(
                (request, outcome) -> {
                  maybeThrow(random, 4, new Failure.Transient("away", null));
                  end(ended, request.purl());
                  return CompletableFuture.completedStage(null);
                },
                letter -> {
                  maybeThrow(random, 3, new Failure.Transient("away", null));
                  end(ended, letter.value().toUtf8());
                  return CompletableFuture.completedStage(null);
                },
                notes),
            new SigningWorker.Retries(retries, scheduler, random),
            new SigningMetrics(meters, "test"));
    int records = 300;
    CompletionStage<Void> last = CompletableFuture.completedStage(null);
    for (int sent = 0; sent < records; ) {
      if (last.toCompletableFuture().isDone()) {
        String key = "key " + random.nextInt(7);
        int number = sent++;
        last =
            worker.accept(
                new Delivery(
                    Lane.UPLOAD,
                    "uploads",
                    0,
                    number,
                    Optional.of(Bytes.utf8(key)),
                    Bytes.utf8(key + "#" + number),
                    () -> {
                      acknowledged.computeIfAbsent(key, k -> new ArrayList<>()).add(number);
                      return CompletableFuture.completedStage(null);
                    }));
      } else {
        scheduler.runAny(random);
      }
    }
    while (scheduler.runAny(random)) {
      assertThat(dispatcher.inFlight(Lane.UPLOAD)).isLessThanOrEqualTo(8);
    }

    assertThat(acknowledged).isEqualTo(ended);
    assertThat(acknowledged.values()).allSatisfy(numbers -> assertThat(numbers).isSorted());
    assertThat(acknowledged.values().stream().mapToInt(List::size).sum()).isEqualTo(records);
    assertThat(acknowledged.values().stream().flatMap(List::stream)).doesNotHaveDuplicates();
    assertThat(dispatcher.rememberedKeys()).isZero();
  }

  private static void end(Map<String, List<Integer>> ended, String value) {
    int hash = value.indexOf('#');
    ended
        .computeIfAbsent(value.substring(0, hash), k -> new ArrayList<>())
        .add(Integer.valueOf(value.substring(hash + 1)));
  }

  private static void maybeThrow(Random random, int oneIn, RuntimeException failure) {
    if (random.nextInt(oneIn) == 0) {
      throw failure;
    }
  }
}
