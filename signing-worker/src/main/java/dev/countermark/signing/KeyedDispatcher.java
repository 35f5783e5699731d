package dev.countermark.signing;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Runs jobs strictly one after the other per key, and many keys at once on {@link SharedThreads}.
 *
 * <p>A job takes a slot of its lane when it is accepted and gives it back when it is done. Between
 * its tries it keeps the slot and its key's order, but no thread; nor does it hold a thread while
 * the stage that a try returned is open. Nothing is remembered about a key that has no jobs.
 *
 * <p>Each format has one of its own: jobs that rest because the keys of one format are away hold
 * none of another's slots.
 */
public final class KeyedDispatcher {
  /** How long a job rests after it broke its contract by throwing. */
  static final Duration AFTER_BROKEN_CONTRACT = Duration.ofSeconds(10);

  private static final Logger LOG = System.getLogger(KeyedDispatcher.class.getName());

  /** One unit of work, tried until it says that it is done. */
  @FunctionalInterface
  public interface Job {
    /**
     * One try; may block. Failures are the job's own business: it answers what comes next.
     *
     * @return completes when the try is over
     */
    CompletionStage<Next> run();
  }

  /** What comes after a try. */
  public sealed interface Next {
    /** The job is over. */
    record Done() implements Next {}

    /** Another try after {@code delay}. */
    record Again(Duration delay) implements Next {}

    static Next done() {
      return new Done();
    }
  }

  private static final class Item {
    final String key;
    final Lane lane;
    final Job job;
    final CompletableFuture<Void> accepted = new CompletableFuture<>();

    Item(String key, Lane lane, Job job) {
      this.key = key;
      this.lane = lane;
      this.job = job;
    }
  }

  /** The jobs of one key; the first one is ready, running or resting. */
  private static final class KeyQueue {
    final String key;
    final Deque<Item> items = new ArrayDeque<>();
    Lane readyIn;

    KeyQueue(String key) {
      this.key = key;
    }

    /** An upload behind a resync of the same package lifts both. */
    Lane lane() {
      return items.stream().map(i -> i.lane).min(Lane::compareTo).orElseThrow();
    }
  }

  private static final class LaneState {
    final int slots;
    final Deque<Item> waitingForSlot = new ArrayDeque<>();
    final Deque<KeyQueue> ready = new ArrayDeque<>();
    int inFlight;

    LaneState(int slots) {
      this.slots = slots;
    }
  }

  private final SharedThreads threads;
  private final Object lock;
  private final Map<Lane, LaneState> lanes = new EnumMap<>(Lane.class);
  private final Map<String, KeyQueue> keys = new HashMap<>();
  private boolean closed;

  /**
   * @param uploadSlots uploads accepted and not yet done
   * @param resyncSlots the same for resyncs
   */
  public KeyedDispatcher(SharedThreads threads, int uploadSlots, int resyncSlots) {
    if (uploadSlots < 1 || resyncSlots < 1) {
      throw new IllegalArgumentException(
          "a lane needs a slot, got " + uploadSlots + " and " + resyncSlots);
    }
    this.threads = threads;
    this.lock = threads.lock;
    lanes.put(Lane.UPLOAD, new LaneState(uploadSlots));
    lanes.put(Lane.RESYNC, new LaneState(resyncSlots));
    threads.add(this);
  }

  /**
   * Hands a job over. Never blocks.
   *
   * @param key jobs with the same key run in the order in which they were submitted
   * @return completes when the job has a slot; hand over the lane's next job only then. Never
   *     completes when the dispatcher is closed: nobody shall think that the job was dealt with.
   */
  public CompletionStage<Void> submit(String key, Lane lane, Job job) {
    Item item = new Item(key, lane, job);
    List<Runnable> afterwards = new ArrayList<>();
    synchronized (lock) {
      if (closed) {
        return item.accepted.minimalCompletionStage();
      }
      lanes.get(lane).waitingForSlot.add(item);
      admit(lanes.get(lane), afterwards);
      threads.pump(afterwards);
    }
    afterwards.forEach(Runnable::run);
    return item.accepted.minimalCompletionStage();
  }

  /** Jobs of a lane that hold a slot. */
  public int inFlight(Lane lane) {
    synchronized (lock) {
      return lanes.get(lane).inFlight;
    }
  }

  /** Keys that are remembered; 0 when there is no work. */
  int rememberedKeys() {
    synchronized (lock) {
      return keys.size();
    }
  }

  /**
   * Starts no further try. What runs goes on; what rests or waits is forgotten, for its record was
   * never acknowledged and is delivered again.
   */
  public void close() {
    synchronized (lock) {
      closed = true;
      lanes.values().forEach(l -> l.ready.clear());
      lanes.values().forEach(l -> l.waitingForSlot.clear());
    }
  }

  private void admit(LaneState lane, List<Runnable> afterwards) {
    while (lane.inFlight < lane.slots && !lane.waitingForSlot.isEmpty()) {
      Item item = lane.waitingForSlot.poll();
      lane.inFlight++;
      afterwards.add(() -> item.accepted.complete(null));
      KeyQueue queue = keys.get(item.key);
      if (queue == null) {
        queue = new KeyQueue(item.key);
        keys.put(item.key, queue);
        queue.items.add(item);
        ready(queue);
        continue;
      }
      queue.items.add(item);
      if (queue.readyIn != null && item.lane.compareTo(queue.readyIn) < 0) {
        lanes.get(queue.readyIn).ready.remove(queue);
        ready(queue);
      }
    }
  }

  private void ready(KeyQueue queue) {
    queue.readyIn = queue.lane();
    lanes.get(queue.readyIn).ready.add(queue);
  }

  /** Whether a job of a lane waits for a thread; called with the lock. */
  boolean isReady(Lane lane) {
    return !closed && !lanes.get(lane).ready.isEmpty();
  }

  /** The next try of a lane that is ready, for a thread to run; called with the lock. */
  Runnable take(Lane lane) {
    KeyQueue queue = lanes.get(lane).ready.remove();
    queue.readyIn = null;
    return () -> attempt(queue, lane);
  }

  private void attempt(KeyQueue queue, Lane ranIn) {
    Item item;
    synchronized (lock) {
      item = queue.items.peek();
    }
    CompletionStage<Next> stage;
    try {
      stage = item.job.run();
    } catch (Throwable e) { // a job's contract is not to throw; a slot must not be lost over it
      stage = CompletableFuture.failedStage(e);
    }
    List<Runnable> afterwards = new ArrayList<>();
    synchronized (lock) {
      threads.ended(ranIn);
    }
    stage.whenComplete(
        (next, error) -> {
          if (error != null) {
            LOG.log(Level.ERROR, "a job for " + item.key + " threw, trying again", error);
          }
          finished(queue, next == null ? new Next.Again(AFTER_BROKEN_CONTRACT) : next);
        });
    synchronized (lock) {
      threads.pump(afterwards);
    }
    afterwards.forEach(Runnable::run);
  }

  private void finished(KeyQueue queue, Next next) {
    if (next instanceof Next.Again again) {
      threads.timer().after(again.delay(), () -> wake(queue));
      return;
    }
    List<Runnable> afterwards = new ArrayList<>();
    synchronized (lock) {
      LaneState lane = lanes.get(queue.items.remove().lane);
      lane.inFlight--;
      if (queue.items.isEmpty()) {
        keys.remove(queue.key);
      } else {
        ready(queue);
      }
      admit(lane, afterwards);
      threads.pump(afterwards);
    }
    afterwards.forEach(Runnable::run);
  }

  private void wake(KeyQueue queue) {
    List<Runnable> afterwards = new ArrayList<>();
    synchronized (lock) {
      ready(queue);
      threads.pump(afterwards);
    }
    afterwards.forEach(Runnable::run);
  }
}
