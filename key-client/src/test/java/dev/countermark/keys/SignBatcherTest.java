package dev.countermark.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.keys.KeyClient.Item;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.SignedBatch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SignBatcherTest {
  private static final PublicKeyVersion KEY =
      new PublicKeyVersion(
          1, Bytes.utf8("spki"), "f", Instant.ofEpochSecond(1), true, Optional.empty());

  private final ExecutorService pool = Executors.newCachedThreadPool();
  private final ConcurrentLinkedQueue<Integer> calls = new ConcurrentLinkedQueue<>();
  private final CountDownLatch firstMayEnd = new CountDownLatch(1);
  private final ConcurrentLinkedQueue<Thread> waiting = new ConcurrentLinkedQueue<>();

  @AfterEach
  void stop() {
    pool.shutdownNow();
  }

  private static List<Item> items(String prefix, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Item(prefix + i, "sha256:00", Bytes.of(new byte[32])))
        .toList();
  }

  /** Signs an item with its own purl, so that everybody can tell whose signature he got. */
  private static SignedBatch echo(List<Item> items) {
    return new SignedBatch(KEY, items.stream().map(i -> Bytes.utf8(i.purl())).toList());
  }

  private SignedBatch firstCallBlocks(List<Item> items) {
    calls.add(items.size());
    if (calls.size() == 1) {
      try {
        assertThat(firstMayEnd.await(30, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    return echo(items);
  }

  private CompletableFuture<SignedBatch> start(SignBatcher batcher, List<Item> items) {
    return CompletableFuture.supplyAsync(
        () -> {
          waiting.add(Thread.currentThread());
          return batcher.sign(items);
        },
        pool);
  }

  private void untilQueued(int count) {
    Awaitility.await()
        .until(
            () ->
                waiting.size() == count
                    && waiting.stream()
                        .allMatch(
                            t ->
                                t.getState() == Thread.State.WAITING
                                    || t.getState() == Thread.State.TIMED_WAITING));
  }

  @Test
  void sendsALoneRequestAtOnce() {
    SignBatcher batcher = new SignBatcher(SignBatcherTest::echo);
    assertThat(batcher.sign(items("a", 2))).isEqualTo(echo(items("a", 2)));
  }

  @Test
  void combinesWhatArrivesDuringACallAndSplitsTheAnswer() {
    SignBatcher batcher = new SignBatcher(this::firstCallBlocks);
    CompletableFuture<SignedBatch> first = start(batcher, items("first", 1));
    Awaitility.await().until(() -> calls.size() == 1);
    List<CompletableFuture<SignedBatch>> others = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      others.add(start(batcher, items("other" + i + "-", 3)));
    }
    untilQueued(11);
    firstMayEnd.countDown();
    assertThat(first.join()).isEqualTo(echo(items("first", 1)));
    for (int i = 0; i < 10; i++) {
      assertThat(others.get(i).join()).isEqualTo(echo(items("other" + i + "-", 3)));
    }
    assertThat(calls).containsExactly(1, 30);
  }

  @Test
  void neverSendsMoreThan256ItemsInOneCall() {
    SignBatcher batcher = new SignBatcher(this::firstCallBlocks);
    CompletableFuture<SignedBatch> first = start(batcher, items("first", 1));
    Awaitility.await().until(() -> calls.size() == 1);
    List<CompletableFuture<SignedBatch>> others = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      others.add(start(batcher, items("o" + i + "-", 100)));
    }
    untilQueued(6);
    firstMayEnd.countDown();
    first.join();
    others.forEach(CompletableFuture::join);
    assertThat(calls).containsExactly(1, 200, 200, 100);
  }

  @Test
  void failsEveryRequestOfACallThatFailedAndGoesOn() {
    SignBatcher batcher =
        new SignBatcher(
            items -> {
              SignedBatch batch = firstCallBlocks(items);
              if (calls.size() == 2) {
                throw new Failure.Transient("away", null);
              }
              return batch;
            });
    CompletableFuture<SignedBatch> first = start(batcher, items("first", 1));
    Awaitility.await().until(() -> calls.size() == 1);
    var second = start(batcher, items("second", 1));
    var third = start(batcher, items("third", 1));
    untilQueued(3);
    firstMayEnd.countDown();
    first.join();
    assertThatThrownBy(second::join).hasCauseInstanceOf(Failure.Transient.class);
    assertThatThrownBy(third::join).hasCauseInstanceOf(Failure.Transient.class);
    assertThat(batcher.sign(items("fourth", 1))).isEqualTo(echo(items("fourth", 1)));
  }

  @Test
  void letsOnlyTheGuiltyFailWhenACombinedCallIsRefused() {
    SignBatcher batcher =
        new SignBatcher(
            items -> {
              SignedBatch batch = firstCallBlocks(items);
              if (items.stream().anyMatch(i -> i.purl().startsWith("bad"))) {
                throw new SignBatcher.InvalidCallException("400");
              }
              return batch;
            });
    CompletableFuture<SignedBatch> first = start(batcher, items("first", 1));
    Awaitility.await().until(() -> calls.size() == 1);
    var good = start(batcher, items("good", 1));
    var bad = start(batcher, items("bad", 1));
    untilQueued(3);
    firstMayEnd.countDown();
    first.join();
    assertThat(good.join()).isEqualTo(echo(items("good", 1)));
    assertThatThrownBy(bad::join).hasCauseInstanceOf(IllegalArgumentException.class);
  }
}
