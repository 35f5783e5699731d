package dev.countermark.gateway.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.ObservedBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.Upload;
import dev.countermark.format.echo.EchoFormat;
import dev.countermark.format.echo.EchoRecord;
import dev.countermark.gateway.kit.UploadEvents;
import dev.countermark.testkit.time.HandSetClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What waits is found by its state, however long it waits. */
class ReconcilerTest {
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration THREE_DAYS = Duration.ofDays(3);

  private final InMemoryBlobStore store = new InMemoryBlobStore();
  private final Records records = new Records(store);
  private final List<String> told = new ArrayList<>();
  private final UploadEvents events = (format, upload) -> told.add(upload.name());

  @BeforeEach
  void makeTheRepository() {
    records.create(
        ObjectKeys.repository(REPOSITORY), new RepositoryRecord(1, REPOSITORY, Instant.EPOCH));
  }

  private void push(String name) {
    Upload upload = new Upload(List.of(), 0, "0a".repeat(32));
    records.create(
        new EchoFormat().recordKey(REPOSITORY, name).orElseThrow(),
        EchoRecord.received(REPOSITORY, name, upload, Instant.EPOCH));
  }

  /** A gateway that was started so long after what was pushed. */
  private Reconciler after(Duration time) {
    return after(time, events);
  }

  private Reconciler after(Duration time, UploadEvents events) {
    return Reconcilers.of(store, events, Clock.offset(Clock.systemUTC(), time));
  }

  @Test
  void whatWaitsSinceThreeDaysIsToldAgain() {
    push("old");

    assertThat(after(THREE_DAYS).reconcile()).as("nothing new").isZero();
    assertThat(after(THREE_DAYS).goThroughAll()).isOne();

    assertThat(told).containsExactly("old");
  }

  @Test
  void onceADay() {
    push("old");
    after(THREE_DAYS).goThroughAll();

    assertThat(after(THREE_DAYS.plusHours(1)).goThroughAll()).isZero();
    assertThat(after(THREE_DAYS.plus(DAY).plusHours(1)).goThroughAll()).isOne();
  }

  @Test
  void whatIsUnderWayIsLeftAlone() {
    push("new");

    assertThat(after(Duration.ofMinutes(1)).goThroughAll()).isZero();
  }

  @Test
  void whoeverTakesOverGoesOnWhereAnotherEnded() {
    for (int i = 1_000; i < 3_500; i++) {
      push("file-" + i);
    }
    UploadEvents dying =
        (format, upload) -> {
          if (told.size() == 2_450) {
            throw new Failure.Transient("the broker is away", null);
          }
          told.add(upload.name());
        };
    assertThatThrownBy(() -> after(THREE_DAYS, dying).goThroughAll())
        .isInstanceOf(Failure.Transient.class);
    Set<String> before = new HashSet<>(told);
    told.clear();

    assertThat(after(THREE_DAYS).goThroughAll()).as("it may be at it still").isZero();
    after(THREE_DAYS.plusHours(1)).goThroughAll();

    assertThat(told).hasSize(500).contains("file-3499").doesNotContain("file-2999");
    before.addAll(told);
    assertThat(before).hasSize(2_500);
  }

  /** A gateway ended between a record and its event. */
  @Test
  void whatADeadGatewayLeftIsToldAgain() {
    push("left");
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(10));

    assertThat(Reconcilers.afterADeath(store, events, later).reconcile()).isOne();
    assertThat(after(Duration.ofMinutes(20)).reconcile()).as("it is buried").isZero();

    assertThat(told).containsExactly("left");
  }

  /** Whoever finds one dead and ends himself has not looked. */
  @Test
  void aDeadGatewayIsBuriedOnlyWhenAllWasToldAgain() {
    push("left");
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(10));
    UploadEvents away =
        (format, upload) -> {
          throw new Failure.Transient("the broker is away", null);
        };
    assertThatThrownBy(() -> Reconcilers.afterADeath(store, away, later).reconcile())
        .isInstanceOf(Failure.Transient.class);

    assertThat(Reconcilers.afterADeath(store, events, later).reconcile()).isOne();
  }

  @Test
  void nothingIsListedWhileThereIsNoReason() {
    push("new");
    ObservedBlobStore watched = new ObservedBlobStore(store);
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(10));

    assertThat(Reconcilers.of(watched, events, later).reconcile()).isZero();

    assertThat(watched.operations).containsExactly("list gateways/");
  }

  @Test
  void whatTheBrokerDidNotTakeIsToldWhenItIsOver() {
    push("refused");
    UntoldUploads untold = new UntoldUploads();
    untold.failed(Instant.now());
    Clock soon = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(3));
    assertThat(reconciler(untold, Optional::empty, soon).reconcile()).as("more may fail").isZero();

    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(5));
    assertThat(reconciler(untold, Optional::empty, later).reconcile()).isOne();
    assertThat(reconciler(untold, Optional::empty, later).reconcile()).isZero();
  }

  /** However old it is, and however new. */
  @Test
  void aBrokerThatLostEverythingIsToldOfAllThatWaits() {
    HandSetClock clock = new HandSetClock(Instant.now());
    String[] cluster = {"one"};
    Reconciler reconciler =
        reconciler(new UntoldUploads(), () -> Optional.of(Map.of("topic", cluster[0])), clock);
    assertThat(reconciler.reconcile()).isZero();
    push("new");
    assertThat(reconciler.reconcile()).isZero();

    cluster[0] = "two";
    clock.advance(Duration.ofMinutes(1));
    assertThat(reconciler.reconcile()).isOne();
    assertThat(reconciler.reconcile()).as("it is under way").isZero();
  }

  /** What comes is told as it comes: nobody looks at all of it again and again. */
  @Test
  void theFirstBrokerOfAnEmptyStoreKnowsEverything() {
    HandSetClock clock = new HandSetClock(Instant.now());
    Reconciler reconciler =
        reconciler(new UntoldUploads(), () -> Optional.of(Map.of("topic", "one")), clock);
    assertThat(reconciler.reconcile()).isZero();
    push("new");

    clock.advance(Duration.ofHours(2));
    assertThat(reconciler.reconcile()).isZero();
  }

  /** While releases with other formats run side by side. */
  @Test
  void gatewaysThatKnowOtherTopicsDoNotTellInTurn() {
    HandSetClock clock = new HandSetClock(Instant.now());
    BrokerIdentity few = new BrokerIdentity(store, () -> Optional.of(Map.of("a", "1")));
    BrokerIdentity more = new BrokerIdentity(store, () -> Optional.of(Map.of("a", "1", "b", "2")));
    Reconciler older = reconciler(new UntoldUploads(), few, clock);
    Reconciler newer = reconciler(new UntoldUploads(), more, clock);
    assertThat(older.reconcile()).isZero();
    clock.advance(Duration.ofMinutes(3));
    assertThat(older.reconcile()).isZero();
    assertThat(few.stranger()).isEmpty();

    assertThat(more.stranger()).isPresent();
    assertThat(newer.reconcile()).isZero();
    clock.advance(Duration.ofMinutes(3));
    assertThat(newer.reconcile()).isZero();

    assertThat(more.stranger()).isEmpty();
    assertThat(few.stranger()).as("the topic that it does not know").isEmpty();
  }

  /** Signers may read on from where they were with the broker before, and miss what comes first. */
  @Test
  void itIsToldAgainUntilNothingWaits() {
    HandSetClock clock = new HandSetClock(Instant.now());
    String[] cluster = {"one"};
    Reconciler reconciler =
        reconciler(new UntoldUploads(), () -> Optional.of(Map.of("topic", cluster[0])), clock);
    assertThat(reconciler.reconcile()).isZero();
    push("new");
    cluster[0] = "two";
    clock.advance(Duration.ofMinutes(1));
    assertThat(reconciler.reconcile()).isOne();

    clock.advance(Duration.ofMinutes(3));
    assertThat(reconciler.reconcile()).isOne();
    clock.advance(Duration.ofMinutes(3));
    assertThat(reconciler.reconcile()).as("less and less often").isZero();
    records.update(
        new EchoFormat().recordKey(REPOSITORY, "new").orElseThrow(),
        EchoRecord.class,
        old -> old.map(r -> r.refused(new RefusalNote(Refusal.TOO_LARGE, "", Instant.EPOCH))));
    clock.advance(Duration.ofMinutes(3));
    assertThat(reconciler.reconcile()).isZero();

    push("newer");
    clock.advance(Duration.ofHours(2));
    assertThat(reconciler.reconcile()).as("it knows everything").isZero();
    assertThat(told).containsExactly("new", "new");
  }

  private Reconciler reconciler(
      UntoldUploads untold, Supplier<Optional<Map<String, String>>> cluster, Clock clock) {
    return reconciler(untold, new BrokerIdentity(store, cluster), clock);
  }

  private Reconciler reconciler(UntoldUploads untold, BrokerIdentity broker, Clock clock) {
    return new Reconciler(
        store,
        events,
        Reconcilers.ALL_FRESH,
        new Reconciler.Reasons(new GatewayLives(store, "this", untold, clock), untold, broker),
        repair -> {},
        clock);
  }
}
