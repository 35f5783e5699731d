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

  /** Room for more than rests in a test. */
  private static final long PLENTY = 1_000_000;

  private static final Next AGAIN = new Next.Again(Duration.ofSeconds(1));

  private final FakeScheduler scheduler = new FakeScheduler();
  private final List<String> ran = new ArrayList<>();

  /** With one thread for resyncs, and room for so many jobs. */
  private KeyedDispatcher dispatcher(int threads, int uploads, int resyncs) {
    return new KeyedDispatcher(threads(threads, PLENTY), uploads, resyncs);
  }

  private SharedThreads threads(int threads, long resting) {
    return new SharedThreads(threads, 1, resting, scheduler, scheduler);
  }

  /** Of a tenant of its own, one byte large. */
  private static CompletionStage<Void> submit(
      KeyedDispatcher dispatcher, String key, Lane lane, KeyedDispatcher.Job job) {
    return dispatcher.submit(new KeyedDispatcher.Task(key, "tenant of " + key, lane, 1, job));
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
  void takesTheNextJobOnlyWhenThereIsRoom() {
    KeyedDispatcher dispatcher = dispatcher(4, 2, 1);

    var first = submit(dispatcher, "a", Lane.UPLOAD, job("a"));
    var second = submit(dispatcher, "b", Lane.UPLOAD, job("b"));
    var third = submit(dispatcher, "c", Lane.UPLOAD, job("c"));

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
    submit(
        dispatcher,
        "a",
        Lane.UPLOAD,
        () -> {
          ran.add("a1");
          return open;
        });
    submit(dispatcher, "a", Lane.UPLOAD, job("a2"));
    submit(dispatcher, "b", Lane.UPLOAD, job("b1"));
    scheduler.runAll();

    assertThat(ran).containsExactly("a1", "b1");

    open.complete(Next.done());
    scheduler.runAll();

    assertThat(ran).containsExactly("a1", "b1", "a2");
  }

  @Test
  void keepsTheOrderButNoRoomOfWorkAndNoThreadWhileAJobRests() {
    KeyedDispatcher dispatcher = dispatcher(1, 3, 1);
    AtomicInteger tries = new AtomicInteger();
    submit(
        dispatcher,
        "a",
        Lane.UPLOAD,
        () -> {
          ran.add("a1 try " + tries.incrementAndGet());
          return tries.get() < 2
              ? CompletableFuture.completedStage(new Next.Again(Duration.ofSeconds(5)))
              : DONE;
        });
    submit(dispatcher, "a", Lane.UPLOAD, job("a2"));
    submit(dispatcher, "b", Lane.UPLOAD, job("b1"));
    var before = scheduler.instant();

    scheduler.runOne(); // a1 fails
    scheduler.runOne(); // the only thread is free for b1

    assertThat(ran).containsExactly("a1 try 1", "b1");
    assertThat(dispatcher.inFlight(Lane.UPLOAD)).isZero();
    assertThat(dispatcher.resting()).isEqualTo(2);

    scheduler.runAll();

    assertThat(ran).containsExactly("a1 try 1", "b1", "a1 try 2", "a2");
    assertThat(scheduler.instant()).isEqualTo(before.plusSeconds(5));
    assertThat(dispatcher.resting()).isZero();
  }

  @Test
  void holdsNoThreadWhileTheResultOfATryIsOutstanding() {
    KeyedDispatcher dispatcher = dispatcher(1, 8, 1);
    submit(dispatcher, "a", Lane.UPLOAD, () -> new CompletableFuture<>());
    submit(dispatcher, "b", Lane.UPLOAD, job("b"));

    scheduler.runAll();

    assertThat(ran).containsExactly("b");
  }

  @Test
  void remembersNothingAboutIdleKeys() {
    KeyedDispatcher dispatcher = dispatcher(4, 64, 1);
    for (int i = 0; i < 50; i++) {
      submit(dispatcher, "key " + i, Lane.UPLOAD, job("x"));
    }
    assertThat(dispatcher.rememberedKeys()).isEqualTo(50);

    scheduler.runAll();

    assertThat(dispatcher.rememberedKeys()).isZero();
    assertThat(dispatcher.inFlight(Lane.UPLOAD)).isZero();
  }

  @Test
  void runsUploadsBeforeResyncs() {
    KeyedDispatcher dispatcher = dispatcher(1, 8, 8);
    submit(dispatcher, "first", Lane.RESYNC, job("resync 0")); // takes the thread at once
    for (int i = 1; i < 4; i++) {
      submit(dispatcher, "r" + i, Lane.RESYNC, job("resync " + i));
      submit(dispatcher, "u" + i, Lane.UPLOAD, job("upload " + i));
    }
    scheduler.runAll();

    assertThat(ran)
        .containsExactly(
            "resync 0", "upload 1", "upload 2", "upload 3", "resync 1", "resync 2", "resync 3");
  }

  @Test
  void doesNotLetUploadsStarveAResync() {
    KeyedDispatcher dispatcher = dispatcher(1, 200, 8);
    submit(dispatcher, "first", Lane.UPLOAD, job("upload"));
    submit(dispatcher, "r", Lane.RESYNC, job("resync"));
    for (int i = 0; i < 100; i++) {
      submit(dispatcher, "u" + i, Lane.UPLOAD, job("upload"));
    }
    scheduler.runAll();

    assertThat(ran.indexOf("resync")).isEqualTo(SharedThreads.UPLOADS_IN_A_ROW + 1);
  }

  @Test
  void leavesThreadsForUploadsHoweverManyResyncsThereAre() {
    KeyedDispatcher dispatcher = dispatcher(4, 8, 8);
    for (int i = 0; i < 8; i++) {
      submit(dispatcher, "r" + i, Lane.RESYNC, job("resync"));
    }
    assertThat(scheduler.waitingForThread()).isEqualTo(1);

    submit(dispatcher, "u", Lane.UPLOAD, job("upload"));

    assertThat(scheduler.waitingForThread()).isEqualTo(2);
  }

  @Test
  void liftsAResyncThatAnUploadOfTheSamePackageWaitsFor() {
    KeyedDispatcher dispatcher = dispatcher(1, 8, 8);
    submit(dispatcher, "busy", Lane.UPLOAD, job("busy"));
    submit(dispatcher, "r", Lane.RESYNC, job("other resync"));
    submit(dispatcher, "a", Lane.RESYNC, job("resync of a"));
    submit(dispatcher, "a", Lane.UPLOAD, job("upload of a"));
    scheduler.runAll();

    assertThat(ran).containsExactly("busy", "resync of a", "upload of a", "other resync");
  }

  @Test
  void triesAgainWhenAJobBreaksItsContractByThrowing() {
    KeyedDispatcher dispatcher = dispatcher(1, 1, 1);
    AtomicInteger tries = new AtomicInteger();
    submit(
        dispatcher,
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
    submit(
        dispatcher,
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
    assertThat(isDone(submit(dispatcher, "b", Lane.UPLOAD, job("b")))).isFalse();
    assertThat(scheduler.waitingForThread()).isZero();
  }

  @Test
  void refusesALaneWithoutRoomAndThreads() {
    assertThatThrownBy(() -> dispatcher(1, 0, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> dispatcher(1, 1, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> dispatcher(0, 1, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  // ---- tenants --------------------------------------------------------------------------------

  private void submit(
      KeyedDispatcher dispatcher, String tenant, String key, KeyedDispatcher.Job j) {
    var unused = dispatcher.submit(new KeyedDispatcher.Task(key, tenant, Lane.UPLOAD, 1, j));
  }

  @Test
  void letsTenantsTakeTurns() {
    KeyedDispatcher dispatcher = dispatcher(1, 100, 1);
    for (int i = 0; i < 4; i++) {
      submit(dispatcher, "many", "many " + i, job("many"));
    }
    submit(dispatcher, "few", "few", job("few"));
    scheduler.runAll();

    assertThat(ran).containsExactly("many", "many", "few", "many", "many");
  }

  @Test
  void keepsThreadsFreeOfATenantThatWouldTakeThemAll() {
    KeyedDispatcher dispatcher = dispatcher(4, 100, 1);
    for (int i = 0; i < 10; i++) {
      submit(dispatcher, "slow", "slow " + i, job("slow"));
    }
    assertThat(scheduler.waitingForThread()).isEqualTo(3);

    submit(dispatcher, "other", "other", job("other"));

    assertThat(scheduler.waitingForThread()).isEqualTo(4);
  }

  @Test
  void givesATenantWhoseTriesFailOneThreadUntilTheySucceed() {
    KeyedDispatcher dispatcher = dispatcher(8, 100, 1);
    for (int i = 0; i < 6; i++) {
      submit(dispatcher, "bad", "bad " + i, () -> CompletableFuture.completedStage(AGAIN));
    }
    while (scheduler.waitingForThread() > 0) {
      scheduler.runOne();
    }
    for (int i = 0; i < 10; i++) {
      submit(dispatcher, "bad", "later " + i, job("later"));
    }
    assertThat(scheduler.waitingForThread()).isEqualTo(1);

    scheduler.runOne();
    scheduler.runOne();

    assertThat(scheduler.waitingForThread()).isGreaterThan(1);
  }

  /** One that rests, or waits behind one, and writes down what becomes of it. */
  private KeyedDispatcher.Job restless(String name) {
    return new KeyedDispatcher.Job() {
      @Override
      public CompletionStage<Next> run() {
        ran.add(name);
        return CompletableFuture.completedStage(AGAIN);
      }

      @Override
      public CompletionStage<Next> giveWay() {
        ran.add(name + " gives way");
        return CompletableFuture.completedStage(Next.gaveUp());
      }

      @Override
      public boolean isCoveredBy(KeyedDispatcher.Job other) {
        return other.getClass() == getClass();
      }

      @Override
      public Runnable coveredBy(KeyedDispatcher.Job other) {
        return () -> ran.add(name + " is covered");
      }
    };
  }

  @Test
  void letsWhatFindsNoRoomToRestGiveWay() {
    KeyedDispatcher dispatcher = new KeyedDispatcher(threads(1, 8), 100, 1);
    for (int i = 0; i < 4; i++) {
      submit(dispatcher, "bad", "bad " + i, restless("bad " + i));
    }
    while (scheduler.waitingForThread() > 0) {
      scheduler.runOne();
    }
    // A quarter of the room for a tenant.
    assertThat(dispatcher.resting()).isEqualTo(2);
    assertThat(ran)
        .containsExactly("bad 0", "bad 1", "bad 2", "bad 3", "bad 2 gives way", "bad 3 gives way");
    assertThat(dispatcher.inFlight(Lane.UPLOAD)).isZero();

    submit(dispatcher, "other", "other", restless("other"));
    scheduler.runOne();

    assertThat(dispatcher.resting()).isEqualTo(3);
  }

  @Test
  void letsWhatWaitsBehindOneThatRestsRestOrGiveWay() {
    KeyedDispatcher dispatcher = new KeyedDispatcher(threads(1, 8), 100, 1);
    submit(dispatcher, "bad", "a", () -> CompletableFuture.completedStage(AGAIN));
    submit(dispatcher, "bad", "a", restless("second"));
    scheduler.runOne();
    submit(dispatcher, "bad", "a", job("third"));
    submit(dispatcher, "bad", "a", restless("fourth"));

    assertThat(dispatcher.resting()).isEqualTo(2);
    scheduler.runOne();

    // The third cannot end elsewhere and comes again; the fourth is the second once more.
    assertThat(ran).containsExactly("fourth is covered");
    assertThat(dispatcher.inFlight(Lane.UPLOAD)).isEqualTo(1);
  }

  /** What does not rest is dealt with soon, and each that asked is told of it. */
  @Test
  void runsOnceWhatIsAskedForTwiceWhileItRests() {
    KeyedDispatcher dispatcher = dispatcher(1, 100, 1);
    submit(dispatcher, "t", "a", restless("first"));
    submit(dispatcher, "t", "a", restless("second"));
    submit(dispatcher, "t", "a", job("another"));
    assertThat(dispatcher.inFlight(Lane.UPLOAD)).isEqualTo(3);

    scheduler.runOne();
    submit(dispatcher, "t", "a", restless("third"));

    assertThat(ran).containsExactly("first", "second is covered", "third is covered");
    assertThat(dispatcher.resting()).isEqualTo(2);
  }

  @Test
  void countsWhatItTakesInBytes() {
    KeyedDispatcher dispatcher = dispatcher(1, 100, 1);
    var large = dispatcher.submit(new KeyedDispatcher.Task("a", "t", Lane.UPLOAD, 500, job("a")));
    var small = dispatcher.submit(new KeyedDispatcher.Task("b", "t", Lane.UPLOAD, 1, job("b")));

    assertThat(isDone(large)).as("a single one is let in however large it is").isTrue();
    assertThat(isDone(small)).isFalse();

    scheduler.runOne();

    assertThat(isDone(small)).isTrue();
  }

  // ---- several formats ------------------------------------------------------------------------

  private final SharedThreads shared = threads(2, PLENTY);
  private final KeyedDispatcher one = new KeyedDispatcher(shared, 4, 2);
  private final KeyedDispatcher other = new KeyedDispatcher(shared, 4, 2);

  @Test
  void countsTheThreadsOfAllFormatsOnce() {
    for (int i = 0; i < 4; i++) {
      submit(one, "a" + i, Lane.UPLOAD, job("one"));
      submit(other, "b" + i, Lane.UPLOAD, job("other"));
    }

    assertThat(scheduler.waitingForThread()).isEqualTo(2);
    assertThat(shared.used()).isEqualTo(2);

    scheduler.runAll();

    assertThat(ran).hasSize(8);
    assertThat(shared.used()).isZero();
  }

  @Test
  void countsTheResyncsOfAllFormatsOnce() {
    submit(one, "a", Lane.RESYNC, job("one"));
    submit(other, "b", Lane.RESYNC, job("other"));

    assertThat(scheduler.waitingForThread()).isEqualTo(1);
  }

  @Test
  void letsFormatsTakeTurns() {
    for (int i = 0; i < 4; i++) {
      submit(one, "a" + i, Lane.UPLOAD, job("one"));
    }
    for (int i = 0; i < 2; i++) {
      submit(other, "b" + i, Lane.UPLOAD, job("other"));
    }
    scheduler.runAll();

    assertThat(ran).containsExactly("one", "one", "other", "one", "other", "one");
  }

  @Test
  void runsUploadsOfEveryFormatBeforeResyncs() {
    submit(one, "busy 1", Lane.UPLOAD, job("busy"));
    submit(one, "busy 2", Lane.UPLOAD, job("busy"));
    submit(one, "a", Lane.RESYNC, job("resync"));
    submit(other, "b", Lane.UPLOAD, job("upload"));
    scheduler.runAll();

    assertThat(ran).containsExactly("busy", "busy", "upload", "resync");
  }

  @Test
  void keepsRoomForAFormatWhileThatOfAnotherIsTaken() {
    for (int i = 0; i < 4; i++) {
      submit(one, "a" + i, Lane.UPLOAD, () -> new CompletableFuture<>());
    }
    scheduler.runAll();
    var waiting = submit(one, "a4", Lane.UPLOAD, job("one"));
    submit(other, "b", Lane.UPLOAD, job("other"));
    scheduler.runAll();

    assertThat(isDone(waiting)).isFalse();
    assertThat(ran).containsExactly("other");
  }

  @Test
  void startsNothingOfAnyFormatOnceTheThreadsAreClosed() {
    submit(one, "a", Lane.UPLOAD, () -> CompletableFuture.completedStage(AGAIN));
    submit(other, "b", Lane.UPLOAD, () -> CompletableFuture.completedStage(AGAIN));
    scheduler.runOne();
    shared.close();
    scheduler.runAll();

    assertThat(shared.used()).isZero();
    assertThat(isDone(submit(other, "c", Lane.UPLOAD, job("c")))).isFalse();
  }

  @Test
  void goesOnWithTheOthersWhenOneFormatIsClosed() {
    submit(one, "a", Lane.UPLOAD, job("one"));
    submit(one, "b", Lane.UPLOAD, job("one"));
    submit(one, "c", Lane.UPLOAD, job("closed before it began"));
    submit(other, "d", Lane.UPLOAD, job("other"));
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
    boolean plenty = random.nextBoolean();
    SharedThreads pool =
        new SharedThreads(
            1 + random.nextInt(4),
            1 + random.nextInt(2),
            plenty ? PLENTY : random.nextInt(9),
            threads,
            threads);
    KeyedDispatcher dispatcher = new KeyedDispatcher(pool, slots, 1 + random.nextInt(3));
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
            submit(
                dispatcher,
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
                          // Whoever finds no room to rest comes again like one that just came.
                          assertThat(!plenty || isSorted(numbers)).isTrue();
                          all.addAll(numbers);
                        }));
    assertThat(all).hasSize(jobs).doesNotHaveDuplicates();
    assertThat(dispatcher.rememberedKeys()).isZero();
    assertThat(dispatcher.inFlight(Lane.UPLOAD) + dispatcher.inFlight(Lane.RESYNC)).isZero();
    assertThat(dispatcher.resting()).isZero();
    assertThat(pool.resting()).isZero();
    assertThat(pool.tenants().remembered()).isZero();
  }

  private static boolean isSorted(List<Integer> numbers) {
    return numbers.equals(numbers.stream().sorted().toList());
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
                  PLENTY,
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
        submit(
                dispatcher,
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
