package dev.countermark.turns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FairThreadsTest {
  private final AtomicReference<Throwable> uncaught = new AtomicReference<>();
  private final FairThreads threads =
      new FairThreads(
          4,
          task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            thread.setUncaughtExceptionHandler((t, e) -> uncaught.set(e));
            return thread;
          });
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final List<String> done = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void close() {
    goOn.countDown();
    threads.close();
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      if (!latch.await(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException("nobody came");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Tasks that do not end, more than there are threads. */
  private void occupy(String tenant, int tasks) {
    Executor executor = threads.of(tenant);
    for (int i = 0; i < tasks; i++) {
      executor.execute(() -> waitFor(goOn));
    }
  }

  @Test
  void whoHasAThousandTasksLeavesAThreadToOthers() {
    occupy("loud", 1_000);

    CountDownLatch served = new CountDownLatch(3);
    for (int i = 0; i < 3; i++) {
      threads.of("quiet").execute(served::countDown);
    }

    waitFor(served);
    assertThat(goOn.getCount()).isOne();
  }

  @Test
  void tenantsTakeTurnsAndEachKeepsItsOrder() {
    assertThat(turnsOf("a1", "a2", "a3", "b1", "b2", "c1"))
        .containsExactly("a1", "b1", "c1", "a2", "b2", "a3");
  }

  @Test
  void thePartsOfATenantTakeItsTurnsInTurn() {
    assertThat(turnsOf("a/x1", "a/x2", "a/x3", "a/y1", "b/x1", "b/x2"))
        .containsExactly("a/x1", "b/x1", "a/y1", "b/x2", "a/x2", "a/x3");
  }

  /**
   * What one thread does, in its order.
   *
   * @param tasks tenant, perhaps a part, and a number
   */
  private List<String> turnsOf(String... tasks) {
    occupy("first", 3);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch turns = new CountDownLatch(tasks.length);
    CountDownLatch queued = new CountDownLatch(1);
    threads
        .of("second")
        .execute(
            () -> {
              begun.countDown();
              waitFor(queued);
            });
    waitFor(begun);
    for (String task : tasks) {
      String part = task.substring(1, task.length() - 1);
      threads
          .of(task.substring(0, 1), part)
          .execute(
              () -> {
                done.add(task);
                turns.countDown();
              });
    }
    queued.countDown();

    waitFor(turns);
    return done;
  }

  @Test
  void aTaskThatThrowsTakesNoThreadAway() {
    for (int i = 0; i < 10; i++) {
      threads
          .of("broken")
          .execute(
              () -> {
                throw new IllegalStateException("broken");
              });
    }
    CountDownLatch all = new CountDownLatch(4);
    for (String tenant : List.of("a", "b", "c", "d")) {
      threads
          .of(tenant)
          .execute(
              () -> {
                all.countDown();
                waitFor(all);
              });
    }
    waitFor(all);
    assertThat(uncaught.get()).hasMessage("broken");
  }

  @Test
  void takesNothingOnceItIsClosedButDoesWhatWaits() {
    occupy("a", 4);
    CountDownLatch later = new CountDownLatch(1);
    threads.of("a").execute(later::countDown);
    threads.close();

    assertThatThrownBy(() -> threads.of("a").execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class);
    goOn.countDown();
    waitFor(later);
  }
}
