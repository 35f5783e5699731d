package dev.countermark.gateway.views;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.Failure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SideBySideTest {
  /** A pool whose threads come when the test says so. */
  private final Queue<Runnable> pool = new ArrayDeque<>();

  private final SideBySide reads = new SideBySide(pool::add);

  private void work() {
    for (Runnable task = pool.poll(); task != null; task = pool.poll()) {
      task.run();
    }
  }

  @Test
  void aRequestIsNotManyTimesInThePool() {
    List<Integer> read = new ArrayList<>();
    List<CompletableFuture<Boolean>> all =
        IntStream.range(0, 25_000).mapToObj(i -> reads.read(() -> read.add(i))).toList();

    assertThat(pool).hasSize(8);
    pool.remove().run();
    assertThat(pool).as("one goes, one comes").hasSize(8);
    work();

    assertThat(all).allMatch(CompletableFuture::isDone);
    assertThat(read).hasSize(25_000).isSorted();
  }

  @Test
  void whatHasNotBegunIsTakenBack() {
    List<Integer> read = new ArrayList<>();
    List<CompletableFuture<Boolean>> all =
        IntStream.range(0, 100).mapToObj(i -> reads.read(() -> read.add(i))).toList();
    pool.remove().run();

    reads.stop();
    work();

    assertThat(read).hasSize(9);
    assertThat(all.stream().filter(CompletableFuture::isDone)).hasSize(9);
  }

  @Test
  void aReadThatFailsMakesRoomForTheNext() {
    CompletableFuture<String> failing =
        reads.read(
            () -> {
              throw new Failure.Transient("away", null);
            });
    List<CompletableFuture<String>> others =
        IntStream.range(0, 20).mapToObj(i -> reads.read(() -> "there")).toList();
    work();

    assertThatThrownBy(() -> SideBySide.joined(failing)).isInstanceOf(Failure.Transient.class);
    assertThat(others).allMatch(other -> SideBySide.joined(other).equals("there"));
  }
}
