package dev.countermark.gateway.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.testkit.time.HandSetClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PackageViewsTest {
  private static final RepositoryName ACME = RepositoryName.of("acme/tools");
  private static final RepositoryName OTHER = RepositoryName.of("other/tools");
  private static final int WEIGHT = 100;
  private static final int ROOM = 10;

  private record Key(RepositoryName repository, String id) {}

  /** What a format would read from the store. */
  private static final class Packages implements PackageViews.Source<Key, String> {
    private final Map<Key, String> stored = new ConcurrentHashMap<>();
    private final AtomicInteger reads = new AtomicInteger();

    /** Runs when something was read, before the view is there. */
    private volatile Runnable whenRead = () -> {};

    @Override
    public RepositoryName repository(Key key) {
      return key.repository();
    }

    @Override
    public String nothing() {
      return "";
    }

    @Override
    public String read(Key key, Seen<String> before) {
      reads.incrementAndGet();
      String read = stored.getOrDefault(key, "");
      whenRead.run();
      return read;
    }

    @Override
    public int weight(String view) {
      return view.startsWith("large") ? 2 * ROOM * WEIGHT : WEIGHT;
    }
  }

  private final HandSetClock clock = new HandSetClock(Instant.parse("2026-01-01T00:00:00Z"));
  private final Queue<Runnable> background = new ArrayDeque<>();
  private final ViewMemory memory = new ViewMemory(ROOM * WEIGHT, background::add, clock);
  private final Packages packages = new Packages();
  private final PackageViews<Key, String> views = new PackageViews<>(memory, packages);
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void endThreads() throws InterruptedException {
    threads.shutdown();
    assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  private static Key key(int number) {
    return new Key(ACME, "p" + number);
  }

  private static <T> T result(Future<T> future) throws Exception {
    return future.get(10, TimeUnit.SECONDS);
  }

  // ---- making ---------------------------------------------------------------------------------

  @Test
  void makesAViewOnceAndRemembersIt() {
    packages.stored.put(key(1), "one");

    assertThat(views.find(key(1))).isEqualTo("one");
    assertThat(views.find(key(1))).isEqualTo("one");
    assertThat(packages.reads).hasValue(1);
  }

  @Test
  void oneMakesAViewForAllWhoAskMeanwhile() throws Exception {
    packages.stored.put(key(1), "one");
    CountDownLatch goOn = new CountDownLatch(1);
    packages.whenRead = () -> awaitQuietly(goOn);

    List<Asking> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      all.add(new Asking(() -> views.find(key(1))));
    }
    for (Asking asking : all) {
      asking.awaitBlocked();
    }
    goOn.countDown();

    for (Asking asking : all) {
      assertThat(asking.result()).isEqualTo("one");
    }
    assertThat(packages.reads).hasValue(1);
  }

  @Test
  void whatFailsIsTriedAgainForTheNextWhoAsks() {
    packages.stored.put(key(1), "one");
    packages.whenRead =
        () -> {
          throw new IllegalStateException("the store is away");
        };
    assertThatThrownBy(() -> views.find(key(1))).hasMessage("the store is away");
    packages.whenRead = () -> {};

    assertThat(views.isRemembered(key(1))).isFalse();
    assertThat(views.find(key(1))).isEqualTo("one");
  }

  // ---- room -----------------------------------------------------------------------------------

  @Test
  void viewsOfAllFormatsNeverTakeMoreThanThereIs() {
    PackageViews<Key, String> others = new PackageViews<>(memory, new Packages());
    for (int i = 0; i < 10 * ROOM; i++) {
      views.find(key(i % (3 * ROOM)));
      assertThat(memory.used()).isLessThanOrEqualTo(memory.limit());
      others.find(key(i));
      assertThat(memory.used()).isLessThanOrEqualTo(memory.limit());
    }
    assertThat(memory.used()).isEqualTo(memory.limit());
  }

  /** Each holds the view that it has just made, and nothing else beyond what there is. */
  @Test
  void manyThreadsTakeNoMoreThanThereIsAndWhatTheyHold() throws Exception {
    int many = 8;
    List<Future<Long>> all = new ArrayList<>();
    for (int thread = 0; thread < many; thread++) {
      int first = thread * 1_000;
      all.add(
          threads.submit(
              () -> {
                long most = 0;
                for (int i = first; i < first + 1_000; i++) {
                  views.find(key(i));
                  most = Math.max(most, memory.used());
                }
                return most;
              }));
    }
    for (Future<Long> most : all) {
      assertThat(result(most)).isLessThanOrEqualTo(memory.limit() + many * WEIGHT);
    }
    assertThat(memory.used()).isLessThanOrEqualTo(memory.limit());
  }

  @Test
  void whatFoundNoRoomIsMadeAgain() {
    for (int i = 0; i < 3 * ROOM; i++) {
      packages.stored.put(key(i), "view " + i);
      views.find(key(i));
    }
    int remembered = 0;
    for (int i = 0; i < 3 * ROOM; i++) {
      remembered += views.isRemembered(key(i)) ? 1 : 0;
    }

    assertThat(remembered).isEqualTo(ROOM);
    for (int i = 0; i < 3 * ROOM; i++) {
      assertThat(views.find(key(i))).isEqualTo("view " + i);
    }
  }

  @Test
  void whatIsAskedForTakesThePlaceOfWhatNobodyAsksForOfAnotherFormat() {
    PackageViews<Key, String> others = new PackageViews<>(memory, new Packages());
    for (int i = 0; i < ROOM; i++) {
      others.find(key(i));
    }
    for (int times = 0; times < 5; times++) {
      for (int i = 0; i < ROOM / 2; i++) {
        views.find(key(i));
      }
    }
    for (int i = 0; i < ROOM / 2; i++) {
      assertThat(views.isRemembered(key(i))).isTrue();
    }
  }

  @Test
  void whatIsLargerThanAllRoomIsGivenAndNotRemembered() {
    packages.stored.put(key(1), "large");

    assertThat(views.find(key(1))).isEqualTo("large");
    assertThat(views.isRemembered(key(1))).isFalse();
    assertThat(memory.used()).isZero();
  }

  @Test
  void aViewThatGrowsTakesMoreRoom() {
    views.find(key(1));
    assertThat(memory.used()).isEqualTo(WEIGHT);

    views.changed(key(1), view -> "large");

    assertThat(memory.used()).isZero();
    assertThat(views.isRemembered(key(1))).isFalse();
  }

  @Test
  void formatsWithTheSameKeysHaveTheirOwnViews() {
    Packages otherPackages = new Packages();
    PackageViews<Key, String> others = new PackageViews<>(memory, otherPackages);
    packages.stored.put(key(1), "one");
    otherPackages.stored.put(key(1), "another");

    assertThat(views.find(key(1))).isEqualTo("one");
    assertThat(others.find(key(1))).isEqualTo("another");
  }

  // ---- events ---------------------------------------------------------------------------------

  @Test
  void anEventBringsAViewUpToDateWithoutMakingItAgain() {
    packages.stored.put(key(1), "one");
    views.find(key(1));

    views.changed(key(1), view -> view + " and two");

    assertThat(views.find(key(1))).isEqualTo("one and two");
    assertThat(packages.reads).hasValue(1);
  }

  @Test
  void anEventOfWhatNobodyAskedForAsksTheStoreNothing() {
    views.changed(key(1), view -> view + " and two");

    assertThat(views.isRemembered(key(1))).isFalse();
    assertThat(packages.reads).hasValue(0);
  }

  /** The view that is being made was read before the change, and would be seen for long. */
  @Test
  void anEventIsNotLostOnAViewThatIsBeingMade() throws Exception {
    packages.stored.put(key(1), "one");
    CountDownLatch read = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    packages.whenRead =
        () -> {
          read.countDown();
          awaitQuietly(goOn);
        };
    Asking asking = new Asking(() -> views.find(key(1)));
    read.await();
    Asking event =
        new Asking(
            () -> {
              views.changed(key(1), view -> view + " and two");
              return "";
            });
    event.awaitBlocked();
    goOn.countDown();

    assertThat(asking.result()).isEqualTo("one");
    event.result();
    assertThat(views.find(key(1))).isEqualTo("one and two");
  }

  @Test
  void whatIsBeingMadeOfARepositoryThatIsForgottenIsForgottenToo() throws Exception {
    packages.stored.put(key(1), "one");
    CountDownLatch read = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    packages.whenRead =
        () -> {
          read.countDown();
          awaitQuietly(goOn);
        };
    Asking asking = new Asking(() -> views.find(key(1)));
    read.await();
    packages.stored.clear();
    Asking event =
        new Asking(
            () -> {
              views.forget(ACME);
              return "";
            });
    event.awaitBlocked();
    goOn.countDown();

    asking.result();
    event.result();
    assertThat(views.find(key(1))).isEmpty();
  }

  @Test
  void forgetsOneRepositoryOfOneFormat() {
    PackageViews<Key, String> others = new PackageViews<>(memory, new Packages());
    views.find(key(1));
    views.find(new Key(OTHER, "p1"));
    others.find(key(1));

    views.forget(ACME);

    assertThat(views.isRemembered(key(1))).isFalse();
    assertThat(views.isRemembered(new Key(OTHER, "p1"))).isTrue();
    assertThat(others.isRemembered(key(1))).isTrue();
  }

  // ---- what got lost --------------------------------------------------------------------------

  @Test
  void anOldViewIsLookedAtAgainInTheBackground() {
    packages.stored.put(key(1), "one");
    views.find(key(1));
    packages.stored.put(key(1), "two");
    clock.advance(Duration.ofSeconds(31));

    assertThat(views.find(key(1))).isEqualTo("one");
    background.remove().run();

    assertThat(views.find(key(1))).isEqualTo("two");
    assertThat(background).isEmpty();
  }

  @Test
  void whatFailsInTheBackgroundIsTriedAgainAndTheViewStays() {
    packages.stored.put(key(1), "one");
    views.find(key(1));
    clock.advance(Duration.ofSeconds(31));
    packages.whenRead =
        () -> {
          throw new IllegalStateException("the store is away");
        };
    views.find(key(1));
    background.remove().run();
    packages.whenRead = () -> {};
    packages.stored.put(key(1), "two");

    assertThat(views.find(key(1))).isEqualTo("one");
    background.remove().run();

    assertThat(views.find(key(1))).isEqualTo("two");
  }

  @Test
  void anEventWinsOverALookThatBeganBefore() {
    packages.stored.put(key(1), "one");
    views.find(key(1));
    clock.advance(Duration.ofSeconds(31));
    views.find(key(1));
    packages.whenRead = () -> views.changed(key(1), view -> "changed meanwhile");
    background.remove().run();
    packages.whenRead = () -> {};

    assertThat(views.find(key(1))).isEqualTo("changed meanwhile");
  }

  @Test
  void aLookThatBeganBeforeARepositoryWasForgottenBringsNothingBack() {
    packages.stored.put(key(1), "one");
    views.find(key(1));
    clock.advance(Duration.ofSeconds(31));
    views.find(key(1));
    packages.whenRead = () -> views.forget(ACME);
    background.remove().run();
    packages.whenRead = () -> {};

    assertThat(views.isRemembered(key(1))).isFalse();
  }

  // ---- what callers read themselves -----------------------------------------------------------

  @Test
  void remembersWhatACallerRead() {
    views.remember(key(1), views.remembered(key(1)), new Seen<>(clock.instant(), "read"));

    assertThat(views.kept(key(1))).isEqualTo("read");
    assertThat(packages.reads).hasValue(0);
  }

  @Test
  void whatIsMadeMeanwhileWinsOverWhatACallerRead() {
    Seen<String> before = views.remembered(key(1));
    packages.stored.put(key(1), "made");
    views.find(key(1));

    views.remember(key(1), before, new Seen<>(clock.instant(), "read earlier"));

    assertThat(views.kept(key(1))).isEqualTo("made");
  }

  @Test
  void whatChangedWhileACallerReadIsReadAgain() {
    views.find(key(1));
    Seen<String> before = views.remembered(key(1));
    views.changed(key(1), view -> "changed");
    packages.stored.put(key(1), "changed and stored");

    views.remember(key(1), before, new Seen<>(clock.instant(), "read earlier"));

    assertThat(views.kept(key(1))).isEqualTo("changed and stored");
  }

  // ---- threads --------------------------------------------------------------------------------

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Something that another thread does, which may have to wait. */
  private final class Asking {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final Future<String> future;
    private volatile Thread thread;

    Asking(Callable<String> action) {
      future =
          threads.submit(
              () -> {
                thread = Thread.currentThread();
                begun.countDown();
                return action.call();
              });
    }

    /** Returns also when it is done: then it did not wait. */
    void awaitBlocked() throws InterruptedException {
      begun.await();
      while (!future.isDone()
          && thread.getState() != Thread.State.BLOCKED
          && thread.getState() != Thread.State.WAITING
          && thread.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
    }

    String result() throws Exception {
      return PackageViewsTest.result(future);
    }
  }
}
