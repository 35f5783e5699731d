package dev.countermark.signing;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * The threads on which the jobs of all dispatchers of a process run, however many there are: says
 * whose job is next.
 *
 * <p>Uploads run first. A resync gets a thread when no upload is ready for one, and once after
 * every {@value #UPLOADS_IN_A_ROW} uploads so that it never starves; never more than the share of
 * resyncs. Within a lane the dispatchers take turns, and so do the tenants of each.
 */
public final class SharedThreads {
  /** Uploads that run while a resync is ready, before the resync gets its turn. */
  static final int UPLOADS_IN_A_ROW = 16;

  /** Guards the state of the dispatchers, too: a turn looks at all of them. */
  final Object lock = new Object();

  private final int threads;
  private final int resyncThreads;
  private final Executor workers;
  private final Timer timer;
  private final Bulkheads tenants;
  private final List<KeyedDispatcher> dispatchers = new ArrayList<>();
  private final Map<Lane, Integer> running = new EnumMap<>(Lane.class);

  /** Index of the dispatcher that is looked at first. */
  private int turn;

  private int uploadsInARow;

  /**
   * @param threads jobs that run at the same time, all dispatchers and lanes together
   * @param resyncThreads resyncs among them, at most
   * @param resting room for jobs that rest before another try, of all dispatchers together, bytes
   * @param workers runs at least {@code threads} tasks at once
   */
  public SharedThreads(
      int threads, int resyncThreads, long resting, Executor workers, Timer timer) {
    if (threads < 1 || resyncThreads < 1) {
      throw new IllegalArgumentException(
          "uploads and resyncs need a thread, got " + threads + " and " + resyncThreads);
    }
    this.threads = threads;
    this.resyncThreads = resyncThreads;
    this.tenants = new Bulkheads(threads, resting);
    this.workers = workers;
    this.timer = timer;
    for (Lane lane : Lane.values()) {
      running.put(lane, 0);
    }
  }

  /** Jobs that may run at the same time. */
  public int limit() {
    return threads;
  }

  /** Jobs that run now. */
  public int used() {
    synchronized (lock) {
      return sum();
    }
  }

  /** Bytes of jobs that rest before another try. */
  public long resting() {
    synchronized (lock) {
      return tenants.resting();
    }
  }

  /** Guarded by the lock. */
  Bulkheads tenants() {
    return tenants;
  }

  private int sum() {
    return running.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Starts no further try of any dispatcher, see {@link KeyedDispatcher#close}. */
  public void close() {
    synchronized (lock) {
      dispatchers.forEach(KeyedDispatcher::close);
    }
  }

  Timer timer() {
    return timer;
  }

  void add(KeyedDispatcher dispatcher) {
    synchronized (lock) {
      dispatchers.add(dispatcher);
    }
  }

  /**
   * Starts what there are threads for; called with the lock.
   *
   * @param afterwards what is to be done without it
   */
  void pump(List<Runnable> afterwards) {
    while (sum() < threads) {
      boolean upload = anyReady(Lane.UPLOAD);
      boolean resync = anyReady(Lane.RESYNC) && running.get(Lane.RESYNC) < resyncThreads;
      if (!upload && !resync) {
        return;
      }
      boolean resyncsTurn = resync && (!upload || uploadsInARow >= UPLOADS_IN_A_ROW);
      uploadsInARow = resync && !resyncsTurn ? uploadsInARow + 1 : 0;
      Lane lane = resyncsTurn ? Lane.RESYNC : Lane.UPLOAD;
      running.merge(lane, 1, Integer::sum);
      Runnable attempt = next(lane).take(lane);
      afterwards.add(() -> workers.execute(attempt));
    }
  }

  /** A job of a lane gave its thread back; called with the lock. */
  void ended(Lane lane) {
    running.merge(lane, -1, Integer::sum);
  }

  private boolean anyReady(Lane lane) {
    return dispatchers.stream().anyMatch(d -> d.isReady(lane));
  }

  private KeyedDispatcher next(Lane lane) {
    KeyedDispatcher found;
    do {
      found = dispatchers.get(turn);
      turn = (turn + 1) % dispatchers.size();
    } while (!found.isReady(lane));
    return found;
  }
}
