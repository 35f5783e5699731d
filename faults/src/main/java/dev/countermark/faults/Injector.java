package dev.countermark.faults;

import dev.countermark.faults.Violations.Kind;
import dev.countermark.faults.detour.Condition;
import dev.countermark.faults.plan.Fault;
import dev.countermark.faults.plan.FaultKind;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.KafkaException;

/**
 * Breaks things. Some faults run at a time, never two of one thing; who wants to begin one more
 * waits.
 */
final class Injector implements AutoCloseable {
  private static final int AT_ONCE = 3;
  private static final Duration RESTART_LIMIT = Duration.ofSeconds(90);
  private static final int RECORDS_TRIES = 4;
  private static final int SIGNAL_SECONDS = 10;

  private final Site site;
  private final Optional<Disk> disk;
  private final Records records;
  private final Violations violations;
  private final Semaphore room = new Semaphore(AT_ONCE);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Lock> locks = new ConcurrentHashMap<>();
  private final Map<FaultKind, Integer> done = new EnumMap<>(FaultKind.class);
  private int missed;

  Injector(Site site, Optional<Disk> disk, Records records, Violations violations) {
    this.site = site;
    this.disk = disk;
    this.records = records;
    this.violations = violations;
  }

  /** Returns as soon as it has begun, or waits for its turn. */
  void begin(Fault fault) {
    room.acquireUninterruptibly();
    threads.execute(
        () -> {
          Lock lock = locks.computeIfAbsent(thing(fault), t -> new ReentrantLock());
          lock.lock();
          try {
            count(fault.kind(), inject(fault));
          } finally {
            lock.unlock();
            room.release();
          }
        });
  }

  private static String thing(Fault fault) {
    return switch (fault.kind()) {
      case KILL, RESTART, PAUSE -> "part " + fault.target();
      case CUT, STALL, SLOW, UNAVAILABLE -> "way to " + fault.target();
      case FULL_DISK -> "disk";
      case DUPLICATE, REORDER, REPLAY -> fault.target();
    };
  }

  private synchronized void count(FaultKind kind, boolean injected) {
    if (injected) {
      done.merge(kind, 1, Integer::sum);
    } else {
      missed++;
    }
  }

  /** Whether there was anything to break. */
  private boolean inject(Fault fault) {
    return switch (fault.kind()) {
      case KILL -> end(fault.target(), ProcessHandle::destroyForcibly);
      case RESTART -> end(fault.target(), ProcessHandle::destroy);
      case PAUSE -> pause(fault.target(), fault.millis());
      case CUT -> way(fault, Condition.CUT);
      case STALL -> way(fault, Condition.STALLED);
      case SLOW -> way(fault, Condition.SLOW);
      case UNAVAILABLE -> way(fault, Condition.UNAVAILABLE);
      case FULL_DISK -> fill(fault.millis());
      case DUPLICATE, REORDER, REPLAY -> again(fault);
    };
  }

  private interface Ending {
    boolean of(ProcessHandle process);
  }

  /** Ends a process and waits until there is another one. */
  private boolean end(String part, Ending ending) {
    Optional<ProcessHandle> before = running(part);
    if (before.isEmpty()) {
      return false;
    }
    ending.of(before.get());
    long pid = before.get().pid();
    if (!Waiting.until(
        RESTART_LIMIT, () -> site.process(part).filter(p -> p.pid() != pid).isPresent())) {
      violations.add(Kind.DOWN, part + " did not come back");
    }
    return true;
  }

  private Optional<ProcessHandle> running(String part) {
    if (!Waiting.until(RESTART_LIMIT, () -> site.process(part).isPresent())) {
      violations.add(Kind.DOWN, part + " does not run");
    }
    return site.process(part);
  }

  private boolean pause(String part, long millis) {
    Optional<ProcessHandle> process = running(part);
    if (process.isEmpty() || !signal("-STOP", process.get())) {
      return false;
    }
    try {
      Waiting.millis(millis);
    } finally {
      signal("-CONT", process.get());
    }
    return true;
  }

  private static boolean signal(String signal, ProcessHandle process) {
    try {
      Process kill =
          new ProcessBuilder("kill", signal, Long.toString(process.pid()))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return kill.waitFor(SIGNAL_SECONDS, TimeUnit.SECONDS) && kill.exitValue() == 0;
    } catch (IOException e) {
      throw new IllegalStateException("no program sends signals here", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private boolean way(Fault fault, Condition condition) {
    site.detours().become(fault.target(), condition);
    try {
      Waiting.millis(fault.millis());
    } finally {
      site.detours().become(fault.target(), Condition.OPEN);
    }
    return true;
  }

  private boolean fill(long millis) {
    if (disk.isEmpty() || !disk.get().fill()) {
      return false;
    }
    try {
      Waiting.millis(millis);
    } finally {
      disk.get().empty();
    }
    return true;
  }

  private boolean again(Fault fault) {
    for (int attempt = 0; attempt < RECORDS_TRIES; attempt++) {
      try {
        records.again(fault.kind(), fault.target(), new Random(fault.draw()));
        return true;
      } catch (KafkaException e) {
        Waiting.beforeTry(attempt); // the broker is away, too
      }
    }
    return false;
  }

  /** Waits until all is whole again, as far as it is ours to mend. */
  void awaitEnd() {
    room.acquireUninterruptibly(AT_ONCE);
    room.release(AT_ONCE);
  }

  /** How many were done, by kind. */
  synchronized Map<FaultKind, Integer> done() {
    return new EnumMap<>(done);
  }

  /** Those that found nothing to break. */
  synchronized int missed() {
    return missed;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
