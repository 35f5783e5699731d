package dev.countermark.keys;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.keys.KeyClient.Item;
import dev.countermark.keys.KeyClient.SignedBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * Combines concurrent requests for one key into one call: what arrives while a call is under way
 * waits and goes out together in the next one. No timer, so a lone request never waits.
 *
 * <p>The thread of the oldest waiting request makes the call for all that wait with it; when it is
 * done it wakes the next oldest.
 */
final class SignBatcher {
  private final Function<List<Item>, SignedBatch> call;
  private final Deque<Waiting> queue = new ArrayDeque<>();
  private boolean calling;

  /**
   * @param call signs 1 to {@link KeyServiceApi#MAX_ITEMS} items, all or nothing
   */
  SignBatcher(Function<List<Item>, SignedBatch> call) {
    this.call = call;
  }

  /** One request: either its result comes, or its turn to make the call. */
  private static final class Waiting {
    private final List<Item> items;
    private final CompletableFuture<Boolean> turn = new CompletableFuture<>();
    private SignedBatch result;
    private RuntimeException failure;

    Waiting(List<Item> items) {
      this.items = items;
    }
  }

  /**
   * @param items 1 to {@link KeyServiceApi#MAX_ITEMS}
   * @return the signatures of these items, in order
   */
  SignedBatch sign(List<Item> items) {
    Waiting mine = new Waiting(items);
    synchronized (queue) {
      queue.add(mine);
      if (!calling) {
        calling = true;
        mine.turn.complete(true);
      }
    }
    if (await(mine)) {
      callFor(mine);
    }
    if (mine.failure instanceof RefusedTogetherException) {
      // One item of somebody else may be at fault; alone, everybody gets the answer that is his.
      return call.apply(items);
    }
    if (mine.failure != null) {
      throw mine.failure;
    }
    if (mine.result == null) {
      throw new Failure.Transient("the call for this batch broke off", null);
    }
    return mine.result;
  }

  private static boolean await(Waiting mine) {
    try {
      return mine.turn.join();
    } catch (CompletionException e) {
      throw new IllegalStateException("a turn never fails", e);
    }
  }

  private void callFor(Waiting mine) {
    List<Waiting> together = new ArrayList<>();
    try {
      List<Item> items = new ArrayList<>();
      synchronized (queue) {
        while (!queue.isEmpty()
            && items.size() + queue.peek().items.size() <= KeyServiceApi.MAX_ITEMS) {
          Waiting next = queue.poll();
          together.add(next);
          items.addAll(next.items);
        }
      }
      share(together, call.apply(List.copyOf(items)));
    } catch (InvalidCallException e) {
      fail(together, together.size() == 1 ? e : new RefusedTogetherException(e));
    } catch (RuntimeException e) {
      fail(together, e);
    } finally {
      Waiting next;
      synchronized (queue) {
        next = queue.peek();
        calling = next != null;
      }
      if (next != null) {
        next.turn.complete(true);
      }
      // After the hand-over, so that the next call is on its way before the results are read.
      for (Waiting done : together) {
        if (done != mine) {
          done.turn.complete(false);
        }
      }
    }
  }

  private static void share(List<Waiting> together, SignedBatch all) {
    int from = 0;
    for (Waiting each : together) {
      List<Bytes> signatures = all.signatures().subList(from, from + each.items.size());
      each.result = new SignedBatch(all.key(), List.copyOf(signatures));
      from += each.items.size();
    }
  }

  private static void fail(List<Waiting> together, RuntimeException failure) {
    together.forEach(each -> each.failure = failure);
  }

  /** The key service says that the request itself is wrong. */
  static final class InvalidCallException extends IllegalArgumentException {
    InvalidCallException(String message) {
      super(message);
    }
  }

  private static final class RefusedTogetherException extends RuntimeException {
    RefusedTogetherException(Throwable cause) {
      super(cause);
    }
  }
}
