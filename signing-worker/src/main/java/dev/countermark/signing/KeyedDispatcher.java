package dev.countermark.signing;

import dev.countermark.turns.FairQueue;
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
 * <p>A job takes room in its lane when it is accepted and gives it back when it is done, or when it
 * begins to rest before another try: then it takes room among what rests, of all lanes and formats,
 * and whoever waits behind it for the same key does, too. A job for which there is none gives way.
 * So what rests holds neither a thread nor room of work. Nor does a job hold a thread while the
 * stage that a try returned is open. Nothing is remembered about a key that has no jobs.
 *
 * <p>Each format has one of its own. Tenants take turns, see {@link Bulkheads}.
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

    /**
     * There is no room to rest: ends where it is not forgotten. May block; a try of another job of
     * the same key may run meanwhile.
     *
     * @return that it is done, or that it must be tried again because it cannot end
     */
    default CompletionStage<Next> giveWay() {
      return CompletableFuture.completedStage(new Next.Again(AFTER_BROKEN_CONTRACT));
    }

    /**
     * Whether another job of the same key and lane, whose next try has not begun, does all that
     * this one would do.
     */
    default boolean isCoveredBy(Job other) {
      return false;
    }

    /**
     * The other one does it, and this one is over. Called before the other's next try begins, with
     * a lock held.
     *
     * @return what is to be done about it without the lock; must not block either
     */
    default Runnable coveredBy(Job other) {
      return () -> {};
    }
  }

  /** What comes after a try. */
  public sealed interface Next {
    /**
     * The job is over.
     *
     * @param well whether it did what it was there for
     */
    record Done(boolean well) implements Next {}

    /** Another try after {@code delay}. */
    record Again(Duration delay) implements Next {}

    static Next done() {
      return new Done(true);
    }

    /** Over, without having done what it was there for. */
    static Next gaveUp() {
      return new Done(false);
    }
  }

  /**
   * A job and where it belongs.
   *
   * @param key jobs with the same key run in the order in which they were submitted
   * @param tenant whose job it is
   * @param bytes that it holds while it is remembered, at least 1
   */
  public record Task(String key, String tenant, Lane lane, long bytes, Job job) {}

  private static final class Item {
    final Task task;
    final CompletableFuture<Void> accepted = new CompletableFuture<>();

    /** Whether it takes room among what rests, and none of its lane any more. */
    boolean rests;

    Item(Task task) {
      this.task = task;
    }
  }

  private enum Phase {
    READY,
    RUNNING,
    RESTING
  }

  /** The jobs of one key; the first one is ready, running or resting. */
  private static final class KeyQueue {
    final String key;
    final boolean leaving;
    final Deque<Item> items = new ArrayDeque<>();
    Phase phase = Phase.READY;
    Lane readyIn;
    String readyFor;

    /**
     * @param leaving whether it holds one job that gives way
     */
    KeyQueue(String key, boolean leaving) {
      this.key = key;
      this.leaving = leaving;
    }

    /** An upload behind a resync of the same package lifts both. */
    Lane lane() {
      return items.stream().map(i -> i.task.lane()).min(Lane::compareTo).orElseThrow();
    }
  }

  private static final class LaneState {
    final long room;
    final Deque<Item> waitingForRoom = new ArrayDeque<>();
    final FairQueue<KeyQueue> ready = new FairQueue<>();
    long taken;
    int inFlight;

    LaneState(long room) {
      this.room = room;
    }
  }

  private final SharedThreads threads;
  private final Object lock;
  private final Bulkheads tenants;
  private final Map<Lane, LaneState> lanes = new EnumMap<>(Lane.class);
  private final Map<String, KeyQueue> keys = new HashMap<>();
  private int resting;
  private boolean closed;

  /**
   * @param uploads bytes of uploads that are accepted, and neither done nor resting
   * @param resyncs the same for resyncs
   */
  public KeyedDispatcher(SharedThreads threads, long uploads, long resyncs) {
    if (uploads < 1 || resyncs < 1) {
      throw new IllegalArgumentException(
          "a lane needs room, got " + uploads + " and " + resyncs + " bytes");
    }
    this.threads = threads;
    this.lock = threads.lock;
    this.tenants = threads.tenants();
    lanes.put(Lane.UPLOAD, new LaneState(uploads));
    lanes.put(Lane.RESYNC, new LaneState(resyncs));
    threads.add(this);
  }

  /**
   * Hands a job over. Never blocks.
   *
   * @return completes when there is room for the job; hand over the lane's next job only then.
   *     Never completes when the dispatcher is closed: nobody shall think that the job was dealt
   *     with.
   */
  public CompletionStage<Void> submit(Task task) {
    Item item = new Item(task);
    locked(
        afterwards -> {
          if (!closed) {
            tenants.join(task.tenant());
            LaneState lane = lanes.get(task.lane());
            lane.waitingForRoom.add(item);
            admit(lane, afterwards);
          }
        });
    return item.accepted.minimalCompletionStage();
  }

  /** Jobs of a lane that are accepted, and neither done nor resting. */
  public int inFlight(Lane lane) {
    synchronized (lock) {
      return lanes.get(lane).inFlight;
    }
  }

  /** Jobs that rest before another try, or behind one that does, of both lanes. */
  public int resting() {
    synchronized (lock) {
      return resting;
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
      lanes.values().forEach(l -> l.waitingForRoom.clear());
    }
  }

  @FunctionalInterface
  private interface Change {
    /**
     * @param afterwards what is to be done without the lock
     */
    void make(List<Runnable> afterwards);
  }

  private void locked(Change change) {
    List<Runnable> afterwards = new ArrayList<>();
    synchronized (lock) {
      change.make(afterwards);
      threads.pump(afterwards);
    }
    afterwards.forEach(Runnable::run);
  }

  /** A single one is let in however large it is. */
  private void admit(LaneState lane, List<Runnable> afterwards) {
    while (!lane.waitingForRoom.isEmpty()
        && (lane.inFlight == 0
            || lane.taken + lane.waitingForRoom.peek().task.bytes() <= lane.room)) {
      Item item = lane.waitingForRoom.poll();
      lane.taken += item.task.bytes();
      lane.inFlight++;
      afterwards.add(() -> item.accepted.complete(null));
      enqueue(item, afterwards);
    }
  }

  private void enqueue(Item item, List<Runnable> afterwards) {
    KeyQueue queue = keys.get(item.task.key());
    if (queue == null) {
      queue = new KeyQueue(item.task.key(), false);
      keys.put(queue.key, queue);
      queue.items.add(item);
      ready(queue);
      return;
    }
    if (queue.phase == Phase.RESTING && cover(item, queue, afterwards)) {
      return;
    }
    queue.items.add(item);
    if (queue.phase == Phase.RESTING && !rest(item)) {
      queue.items.remove(item);
      leave(item);
    } else if (queue.phase == Phase.READY && item.task.lane().compareTo(queue.readyIn) < 0) {
      lanes.get(queue.readyIn).ready.remove(queue.readyFor, queue);
      ready(queue);
    }
  }

  /**
   * Whether one before it does it, which looks at the package later than whatever this one tells
   * of.
   */
  private boolean cover(Item item, KeyQueue queue, List<Runnable> afterwards) {
    Job job = item.task.job();
    for (Item other : queue.items) {
      if (other == item) {
        return false;
      }
      if (other.task.lane() == item.task.lane() && job.isCoveredBy(other.task.job())) {
        release(item);
        afterwards.add(job.coveredBy(other.task.job()));
        return true;
      }
    }
    return false;
  }

  /** Whether there is room to rest; then it takes none of its lane any more. */
  private boolean rest(Item item) {
    Task task = item.task;
    if (!item.rests && tenants.rest(task.tenant(), task.bytes())) {
      giveRoomBack(item);
      item.rests = true;
      resting++;
    }
    return item.rests;
  }

  private void giveRoomBack(Item item) {
    LaneState lane = lanes.get(item.task.lane());
    lane.taken -= item.task.bytes();
    lane.inFlight--;
  }

  /** It is over. */
  private void release(Item item) {
    Task task = item.task;
    if (item.rests) {
      tenants.rested(task.tenant(), task.bytes());
      resting--;
    } else {
      giveRoomBack(item);
    }
    tenants.leave(task.tenant());
  }

  /** Out of its key's order: it does nothing more than to end elsewhere. */
  private void leave(Item item) {
    KeyQueue alone = new KeyQueue(item.task.key(), true);
    alone.items.add(item);
    ready(alone);
  }

  private void ready(KeyQueue queue) {
    queue.phase = Phase.READY;
    queue.readyIn = queue.lane();
    queue.readyFor = queue.items.element().task.tenant();
    if (!closed) {
      lanes.get(queue.readyIn).ready.add(queue.readyFor, queue);
    }
  }

  /** Whether a job of a lane waits for a thread that it may have; called with the lock. */
  boolean isReady(Lane lane) {
    return !closed && lanes.get(lane).ready.has(tenants::mayRun);
  }

  /** The next try of a lane that is ready, for a thread to run; called with the lock. */
  Runnable take(Lane lane) {
    KeyQueue queue = lanes.get(lane).ready.next(tenants::mayRun);
    queue.phase = Phase.RUNNING;
    Item item = queue.items.element();
    tenants.begins(item.task.tenant());
    return () -> attempt(queue, item, lane);
  }

  private void attempt(KeyQueue queue, Item item, Lane ranIn) {
    CompletionStage<Next> stage;
    try {
      stage = queue.leaving ? item.task.job().giveWay() : item.task.job().run();
    } catch (Throwable e) { // a job's contract is not to throw; its room must not be lost over it
      stage = CompletableFuture.failedStage(e);
    }
    synchronized (lock) {
      threads.ended(ranIn);
      tenants.ended(item.task.tenant());
    }
    stage.whenComplete(
        (next, error) -> {
          if (error != null) {
            LOG.log(Level.ERROR, "a job for " + queue.key + " threw, trying again", error);
          }
          finished(queue, item, next == null ? new Next.Again(AFTER_BROKEN_CONTRACT) : next);
        });
    locked(afterwards -> {});
  }

  private void finished(KeyQueue queue, Item item, Next next) {
    locked(
        afterwards -> {
          if (next instanceof Next.Done done) {
            tried(item, done.well());
            release(item);
            gone(queue, item);
          } else if (next instanceof Next.Again again && queue.leaving) {
            // It keeps its room, and waits for its turn like one that just came.
            afterwards.add(() -> later(again.delay(), more -> comeBack(item, more)));
          } else if (next instanceof Next.Again again) {
            tried(item, false);
            rest(queue, again.delay(), afterwards);
          }
          lanes.values().forEach(lane -> admit(lane, afterwards));
        });
  }

  /** What it gives back of its lane, if it rests or is covered, another one waits for. */
  private void comeBack(Item item, List<Runnable> afterwards) {
    enqueue(item, afterwards);
    admit(lanes.get(item.task.lane()), afterwards);
  }

  private void tried(Item item, boolean well) {
    if (well) {
      tenants.succeeded(item.task.tenant());
    } else {
      tenants.failed(item.task.tenant());
    }
  }

  private void gone(KeyQueue queue, Item item) {
    queue.items.remove(item);
    if (!queue.items.isEmpty()) {
      ready(queue);
    } else if (!queue.leaving) {
      keys.remove(queue.key);
    }
  }

  /** The first one, and whoever waits behind it. */
  private void rest(KeyQueue queue, Duration delay, List<Runnable> afterwards) {
    Item first = queue.items.element();
    for (Item item : List.copyOf(queue.items)) {
      if (cover(item, queue, afterwards)) {
        queue.items.remove(item);
      }
    }
    List<Item> crowded = queue.items.stream().filter(item -> !rest(item)).toList();
    queue.items.removeAll(crowded);
    crowded.forEach(this::leave);
    if (!crowded.contains(first)) {
      queue.phase = Phase.RESTING;
      afterwards.add(() -> later(delay, more -> ready(queue)));
    } else if (queue.items.isEmpty()) {
      keys.remove(queue.key);
    } else {
      ready(queue);
    }
  }

  private void later(Duration delay, Change change) {
    threads.timer().after(delay, () -> locked(change));
  }
}
