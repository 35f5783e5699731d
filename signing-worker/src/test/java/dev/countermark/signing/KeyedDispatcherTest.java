package dev.countermark.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.signing.KeyedDispatcher.Next;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyedDispatcherTest {
  private static final CompletionStage<Next> DONE = CompletableFuture.completedStage(Next.done());

  private static final Next AGAIN = new Next.Again(Duration.ofSeconds(1));

  private final FakeScheduler scheduler = new FakeScheduler();
  private final List<String> ran = new ArrayList<>();

  /** With one thread for resyncs. */
  private KeyedDispatcher dispatcher(int threads, int uploadSlots, int resyncSlots) {
    return new KeyedDispatcher(
        new SharedThreads(threads, 1, scheduler, scheduler), uploadSlots, resyncSlots);
  }

  private KeyedDispatcher.Job job(String name) {
    return () -> {
      ran.add(name);
      return DONE;
    };
  }

  private static boolean isDone(CompletionStage<Void> stage) {
    return stage.toCompletableFuture().isDone();
  }

  @Test
  void takesTheNextJobOnlyWhenASlotIsFree() {
    KeyedDispatcher dispatcher = dispatcher(4, 2, 1);

    var first = dispatcher.submit("a", Lane.UPLOAD, job("a"));
    var second = dispatcher.submit("b", Lane.UPLOAD, job("b"));
    var third = dispatcher.submit("c", Lane.UPLOAD, job("c"));

    assertThat(isDone(first)).isTrue();
    assertThat(isDone(second)).isTrue();
    assertThat(isDone(third)).isFalse();
    assertThat(dispatcher.inFlight(Lane.UPLOAD)).isEqualTo(2);

    scheduler.runOne();

    assertThat(isDone(third)).isTrue();
  }

  @Test
  void runsJobsOfOneKeyOneAfterTheOther() {
    KeyedDispatcher dispatcher = dispatcher(4, 8, 1);
    CompletableFuture<Next> open = new CompletableFuture<>();
    dispatcher.submit(
        "a",
        Lane.UPLOAD,
        () -> {
          ran.add("a1");
          return open;
        });
    dispatcher.submit("a", Lane.UPLOAD, job("a2"));
    dispatcher.submit("b", Lane.UPLOAD, job("b1"));
    scheduler.runAll();

    assertThat(ran).containsExactly("a1", "b1");

    open.complete(Next.done());
    scheduler.runAll();

    assertThat(ran).containsExactly("a1", "b1", "a2");
  }

  @Test
  void keepsTheSlotAndTheOrderButNoThreadWhileAJobRests() {
    KeyedDispatcher dispatcher = dispatcher(1, 3, 1);
    AtomicInteger tries = new AtomicInteger();
    dispatcher.submit(
        "a",
        Lane.UPLOAD,
        () -> {
          ran.add("a1 try " + tries.incrementAndGet());
          return tries.get() < 2
              ? CompletableFuture.completedStage(new Next.Again(Duration.ofSeconds(5)))
              : DONE;
        });
    dispatcher.submit("a", Lane.UPLOAD, job("a2"));
    dispatcher.submit("b", Lane.UPLOAD, job("b1"));
    var before = scheduler.instant();

    scheduler.runOne(); // a1 fails
    scheduler.runOne(); // the only thread is free for b1

    assertThat(ran).containsExactly("a1 try 1", "b1");
    assertThat(dispatcher.inFlight(Lane.UPLOAD)).isEqualTo(2);

    scheduler.runAll();

    assertThat(ran).containsExactly("a1 try 1", "b1", "a1 try 2", "a2");
    assertThat(scheduler.instant()).isEqualTo(before.plusSeconds(5));
  }

  @Test
  void holdsNoThreadWhileTheResultOfATryIsOutstanding() {
    KeyedDispatcher dispatcher = dispatcher(1, 8, 1);
    dispatcher.submit("a", Lane.UPLOAD, () -> new CompletableFuture<>());
    dispatcher.submit("b", Lane.UPLOAD, job("b"));

    scheduler.runAll();

    assertThat(ran).containsExactly("b");
  }

  @Test
  void remembersNothingAboutIdleKeys() {
    KeyedDispatcher dispatcher = dispatcher(4, 64, 1);
    for (int i = 0; i < 50; i++) {
      dispatcher.submit("key " + i, Lane.UPLOAD, job("x"));
    }
    assertThat(dispatcher.rememberedKeys()).isEqualTo(50);

    scheduler.runAll();

    assertThat(dispatcher.rememberedKeys()).isZero();
    assertThat(dispatcher.inFlight(Lane.UPLOAD)).isZero();
  }

  @Test
  void runsUploadsBeforeResyncs() {
    KeyedDispatcher dispatcher = dispatcher(1, 8, 8);
    dispatcher.submit("first", Lane.RESYNC, job("resync 0")); // takes the thread at once
    for (int i = 1; i < 4; i++) {
      dispatcher.submit("r" + i, Lane.RESYNC, job("resync " + i));
      dispatcher.submit("u" + i, Lane.UPLOAD, job("upload " + i));
    }
    scheduler.runAll();

    assertThat(ran)
        .containsExactly(
            "resync 0", "upload 1", "upload 2", "upload 3", "resync 1", "resync 2", "resync 3");
  }

  @Test
  void doesNotLetUploadsStarveAResync() {
    KeyedDispatcher dispatcher = dispatcher(1, 200, 8);
    dispatcher.submit("first", Lane.UPLOAD, job("upload"));
    dispatcher.submit("r", Lane.RESYNC, job("resync"));
    for (int i = 0; i < 100; i++) {
      dispatcher.submit("u" + i, Lane.UPLOAD, job("upload"));
    }
    scheduler.runAll();

    assertThat(ran.indexOf("resync")).isEqualTo(SharedThreads.UPLOADS_IN_A_ROW + 1);
  }

  @Test
  void leavesThreadsForUploadsHoweverManyResyncsThereAre() {
    KeyedDispatcher dispatcher = dispatcher(4, 8, 8);
    for (int i = 0; i < 8; i++) {
      dispatcher.submit("r" + i, Lane.RESYNC, job("resync"));
    }
    assertThat(scheduler.waitingForThread()).isEqualTo(1);

    dispatcher.submit("u", Lane.UPLOAD, job("upload"));

    assertThat(scheduler.waitingForThread()).isEqualTo(2);
  }

  @Test
  void liftsAResyncThatAnUploadOfTheSamePackageWaitsFor() {
    KeyedDispatcher dispatcher = dispatcher(1, 8, 8);
    dispatcher.submit("busy", Lane.UPLOAD, job("busy"));
    dispatcher.submit("r", Lane.RESYNC, job("other resync"));
    dispatcher.submit("a", Lane.RESYNC, job("resync of a"));
    dispatcher.submit("a", Lane.UPLOAD, job("upload of a"));
    scheduler.runAll();

    assertThat(ran).containsExactly("busy", "resync of a", "upload of a", "other resync");
  }

  @Test
  void triesAgainWhenAJobBreaksItsContractByThrowing() {
    KeyedDispatcher dispatcher = dispatcher(1, 1, 1);
    AtomicInteger tries = new AtomicInteger();
    dispatcher.submit(
        "a",
        Lane.UPLOAD,
        () -> {
          if (tries.incrementAndGet() == 1) {
            throw new IllegalStateException("broken on purpose");
          }
          return DONE;
        });
    scheduler.runAll();

    assertThat(tries).hasValue(2);
    assertThat(dispatcher.inFlight(Lane.UPLOAD)).isZero();
  }

  @Test
  void startsNothingOnceClosed() {
    KeyedDispatcher dispatcher = dispatcher(1, 1, 1);
    dispatcher.submit(
        "a",
        Lane.UPLOAD,
        () -> {
          ran.add("try");
          return CompletableFuture.completedStage(new Next.Again(Duration.ofSeconds(1)));
        });
    scheduler.runOne();
    dispatcher.close();
    scheduler.runAll();

    assertThat(ran).containsExactly("try");
    assertThat(isDone(dispatcher.submit("b", Lane.UPLOAD, job("b")))).isFalse();
    assertThat(scheduler.waitingForThread()).isZero();
  }

  @Test
  void refusesALaneWithoutSlotsAndThreads() {
    assertThatThrownBy(() -> dispatcher(1, 0, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> dispatcher(1, 1, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> dispatcher(0, 1, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  // ---- several formats ------------------------------------------------------------------------

  private final SharedThreads shared = new SharedThreads(2, 1, scheduler, scheduler);
  private final KeyedDispatcher one = new KeyedDispatcher(shared, 4, 2);
  private final KeyedDispatcher other = new KeyedDispatcher(shared, 4, 2);

  @Test
  void countsTheThreadsOfAllFormatsOnce() {
    for (int i = 0; i < 4; i++) {
      one.submit("a" + i, Lane.UPLOAD, job("one"));
      other.submit("b" + i, Lane.UPLOAD, job("other"));
    }

    assertThat(scheduler.waitingForThread()).isEqualTo(2);
    assertThat(shared.used()).isEqualTo(2);

    scheduler.runAll();

    assertThat(ran).hasSize(8);
    assertThat(shared.used()).isZero();
  }

  @Test
  void countsTheResyncsOfAllFormatsOnce() {
    one.submit("a", Lane.RESYNC, job("one"));
    other.submit("b", Lane.RESYNC, job("other"));

    assertThat(scheduler.waitingForThread()).isEqualTo(1);
  }

  @Test
  void letsFormatsTakeTurns() {
    for (int i = 0; i < 4; i++) {
      one.submit("a" + i, Lane.UPLOAD, job("one"));
    }
    for (int i = 0; i < 2; i++) {
      other.submit("b" + i, Lane.UPLOAD, job("other"));
    }
    scheduler.runAll();

    assertThat(ran).containsExactly("one", "one", "other", "one", "other", "one");
  }

  @Test
  void runsUploadsOfEveryFormatBeforeResyncs() {
    one.submit("busy 1", Lane.UPLOAD, job("busy"));
    one.submit("busy 2", Lane.UPLOAD, job("busy"));
    one.submit("a", Lane.RESYNC, job("resync"));
    other.submit("b", Lane.UPLOAD, job("upload"));
    scheduler.runAll();

    assertThat(ran).containsExactly("busy", "busy", "upload", "resync");
  }

  @Test
  void keepsSlotsForAFormatWhileThoseOfAnotherAreTaken() {
    for (int i = 0; i < 4; i++) {
      one.submit("a" + i, Lane.UPLOAD, () -> new CompletableFuture<>());
    }
    scheduler.runAll();
    var waiting = one.submit("a4", Lane.UPLOAD, job("one"));
    other.submit("b", Lane.UPLOAD, job("other"));
    scheduler.runAll();

    assertThat(isDone(waiting)).isFalse();
    assertThat(ran).containsExactly("other");
  }

  @Test
  void startsNothingOfAnyFormatOnceTheThreadsAreClosed() {
    one.submit("a", Lane.UPLOAD, () -> CompletableFuture.completedStage(AGAIN));
    other.submit("b", Lane.UPLOAD, () -> CompletableFuture.completedStage(AGAIN));
    scheduler.runOne();
    shared.close();
    scheduler.runAll();

    assertThat(shared.used()).isZero();
    assertThat(isDone(other.submit("c", Lane.UPLOAD, job("c")))).isFalse();
  }

  @Test
  void goesOnWithTheOthersWhenOneFormatIsClosed() {
    one.submit("a", Lane.UPLOAD, job("one"));
    one.submit("b", Lane.UPLOAD, job("one"));
    one.submit("c", Lane.UPLOAD, job("closed before it began"));
    other.submit("d", Lane.UPLOAD, job("other"));
    one.close();
    scheduler.runAll();

    assertThat(ran).containsExactly("one", "one", "other");
  }

  /** Random keys, lanes, failures, delays and interleavings: order kept, everything done once. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1597})
  void keepsTheOrderPerKeyAndFinishesEachJobOnce(long seed) {
    for (int round = 0; round < 20; round++) {
      randomRun(new Random(seed * 1_000 + round));
    }
  }

  private void randomRun(Random random) {
    FakeScheduler threads = new FakeScheduler();
    int slots = 1 + random.nextInt(12);
    KeyedDispatcher dispatcher =
        new KeyedDispatcher(
            new SharedThreads(1 + random.nextInt(4), 1 + random.nextInt(2), threads, threads),
            slots,
            1 + random.nextInt(3));
    Map<Lane, Map<String, List<Integer>>> finished = new HashMap<>();
    Set<String> active = new HashSet<>();
    List<CompletableFuture<Next>> outstanding = new ArrayList<>();
    Map<Lane, CompletionStage<Void>> last = new HashMap<>();
    int jobs = 80;
    int submitted = 0;
    while (true) {
      Lane lane = random.nextInt(3) == 0 ? Lane.RESYNC : Lane.UPLOAD;
      boolean mayHandOver = !last.containsKey(lane) || isDone(last.get(lane));
      if (submitted < jobs && mayHandOver && random.nextBoolean()) {
        String key = "key " + random.nextInt(6);
        int number = submitted++;
        last.put(
            lane,
            dispatcher.submit(
                key,
                lane,
                () -> {
                  assertThat(active.add(key)).as("two jobs of %s at once", key).isTrue();
                  CompletableFuture<Next> result = new CompletableFuture<>();
                  CompletableFuture<Next> shown =
                      result.whenComplete((next, error) -> active.remove(key));
                  switch (random.nextInt(4)) {
                    case 0 ->
                        result.complete(new Next.Again(Duration.ofMillis(random.nextInt(3_000))));
                    case 1 -> outstanding.add(result);
                    default -> result.complete(Next.done());
                  }
                  return shown.thenApply(
                      next -> {
                        if (next instanceof Next.Done) {
                          finished
                              .computeIfAbsent(lane, l -> new HashMap<>())
                              .computeIfAbsent(key, k -> new ArrayList<>())
                              .add(number);
                        }
                        return next;
                      });
                }));
      } else if (!outstanding.isEmpty() && random.nextInt(3) == 0) {
        Next next = random.nextBoolean() ? Next.done() : new Next.Again(Duration.ofMillis(10));
        outstanding.remove(random.nextInt(outstanding.size())).complete(next);
      } else if (!threads.runAny(random) && outstanding.isEmpty() && submitted == jobs) {
        break;
      }
      assertThat(dispatcher.inFlight(Lane.UPLOAD)).isLessThanOrEqualTo(slots);
    }

    List<Integer> all = new ArrayList<>();
    finished
        .values()
        .forEach(
            keys ->
                keys.values()
                    .forEach(
                        numbers -> {
                          assertThat(numbers).isSorted();
                          all.addAll(numbers);
                        }));
    assertThat(all).hasSize(jobs).doesNotHaveDuplicates();
    assertThat(dispatcher.rememberedKeys()).isZero();
    assertThat(dispatcher.inFlight(Lane.UPLOAD) + dispatcher.inFlight(Lane.RESYNC)).isZero();
  }

  @Test
  void keepsItsPromisesOnRealThreads() throws Exception {
    int jobs = 5_000;
    ExecutorService workers = Executors.newFixedThreadPool(8);
    ScheduledExecutorService alarms = Executors.newSingleThreadScheduledExecutor();
    try {
      KeyedDispatcher dispatcher =
          new KeyedDispatcher(
              new SharedThreads(
                  8,
                  2,
                  workers,
                  (delay, task) -> {
                    ScheduledFuture<?> unused =
                        alarms.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
                  }),
              64,
              8);
      Map<String, List<Integer>> finished = new ConcurrentHashMap<>();
      CountDownLatch done = new CountDownLatch(jobs);
      Random random = new Random(42);
      for (int i = 0; i < jobs; i++) {
        String key = "key " + random.nextInt(40);
        int number = i;
        AtomicInteger failures = new AtomicInteger(random.nextInt(10) == 0 ? 2 : 0);
        dispatcher
            .submit(
                key,
                Lane.UPLOAD,
                () -> {
                  if (failures.getAndDecrement() > 0) {
                    return CompletableFuture.completedStage(
                        new Next.Again(Duration.ofNanos(50_000)));
                  }
                  finished.computeIfAbsent(key, k -> new ArrayList<>()).add(number);
                  done.countDown();
                  return DONE;
                })
            .toCompletableFuture()
            .get(30, TimeUnit.SECONDS);
      }

      assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(finished.values()).allSatisfy(numbers -> assertThat(numbers).isSorted());
      assertThat(finished.values().stream().mapToInt(List::size).sum()).isEqualTo(jobs);
    } finally {
      workers.shutdownNow();
      alarms.shutdownNow();
    }
  }
}
