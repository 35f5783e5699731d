package dev.countermark.signer.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.countermark.contracts.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
  private static final long MIB = 1 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final MemoryBudget budget = new MemoryBudget(16 * MIB, 32, PATIENCE);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch end = new CountDownLatch(1);
  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();

  @AfterEach
  void letAllEnd() throws InterruptedException {
    end.countDown();
    threads.shutdown();
    assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  private void stay() {
    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
    try {
      end.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      inside.decrementAndGet();
    }
  }

  @Test
  void letsOnlySoManyInAsThereIsRoomFor() {
    List<CompletableFuture<Boolean>> all = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      all.add(
          CompletableFuture.supplyAsync(
              () ->
                  budget.within(
                      8 * MIB,
                      () -> {
                        stay();
                        return true;
                      }),
              threads));
    }
    await().atMost(PATIENCE).until(() -> inside.get() == 2 && running(all) == 10);
    end.countDown();

    assertThat(all).allSatisfy(done -> assertThat(done).succeedsWithin(PATIENCE));
    assertThat(most).hasValue(2);
  }

  @Test
  void showsWhatIsDrawn() {
    assertThat(budget.limit()).isEqualTo(16 * MIB);
    budget.within(
        3 * MIB,
        () -> {
          assertThat(budget.used()).isEqualTo(3 * MIB);
          return null;
        });
    assertThat(budget.used()).isZero();
  }

  @Test
  void waitsNoLongerThanItsPatience() {
    MemoryBudget hasty = new MemoryBudget(MIB, 32, Duration.ofMillis(1));
    hasty.within(
        MIB,
        () -> {
          assertThatThrownBy(() -> hasty.<String>within(1, () -> "done"))
              .isInstanceOf(Failure.Transient.class);
          return null;
        });
    assertThat(hasty.<String>within(MIB, () -> "done")).isEqualTo("done");
  }

  /** Threads that wait for memory serve no package that needs none. */
  @Test
  void letsOnlyAFewWait() {
    MemoryBudget few = new MemoryBudget(MIB, 1, PATIENCE);
    CompletableFuture<Void> holds = stayIn(few);
    await().atMost(PATIENCE).until(() -> few.used() == MIB);
    CompletableFuture<Void> waits = stayIn(few);
    await().atMost(PATIENCE).until(() -> few.waiting() == 1);

    assertThat(stayIn(few))
        .failsWithin(PATIENCE.dividedBy(2))
        .withThrowableThat()
        .withCauseInstanceOf(Failure.Transient.class);
    end.countDown();

    assertThat(holds).succeedsWithin(PATIENCE);
    assertThat(waits).succeedsWithin(PATIENCE);
  }

  private CompletableFuture<Void> stayIn(MemoryBudget in) {
    return CompletableFuture.runAsync(
        () ->
            in.within(
                MIB,
                () -> {
                  stay();
                  return null;
                }),
        threads);
  }

  private long running(List<CompletableFuture<Boolean>> all) {
    return all.stream().filter(f -> !f.isDone()).count();
  }

  @Test
  void letsInWhatIsLargerThanAllRoom() {
    assertThat(budget.<String>within(Long.MAX_VALUE / 16, () -> "done")).isEqualTo("done");
    assertThat(new MemoryBudget(0, 32, PATIENCE).<String>within(0, () -> "done")).isEqualTo("done");
  }

  @Test
  void makesRoomAfterAFailure() {
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(
              () ->
                  budget.within(
                      16 * MIB,
                      () -> {
                        throw new IllegalStateException("on purpose");
                      }))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThat(budget.<String>within(16 * MIB, () -> "done")).isEqualTo("done");
  }

  @Test
  void aRecordIsDrawnForInPlaceOfTheOneBefore() {
    List<Long> used = new ArrayList<>();
    budget.reading(
        () -> {
          budget.record(MIB);
          used.add(budget.used());
          budget.record(2 * MIB);
          used.add(budget.used());
          budget.record(MIB);
          used.add(budget.used());
          return true;
        });

    assertThat(used).containsExactly(4 * MIB, 8 * MIB, 8 * MIB);
    assertThat(budget.used()).isZero();
  }

  @Test
  void noMoreThanThereIsIsDrawnAndNothingWhereNobodyGivesItBack() {
    assertThat(
            budget.<Long>reading(
                () -> {
                  budget.record(100 * MIB);
                  return budget.used();
                }))
        .isEqualTo(16 * MIB);

    budget.record(MIB);

    assertThat(budget.used()).isZero();
  }

  @Test
  void aPackageDoesNotWaitForItsOwnRecord() {
    Boolean signed =
        budget.reading(
            () -> {
              budget.record(2 * MIB);
              return budget.within(100 * MIB, () -> budget.used() == 16 * MIB);
            });

    assertThat(signed).isTrue();
    assertThat(budget.used()).isZero();
  }
}
