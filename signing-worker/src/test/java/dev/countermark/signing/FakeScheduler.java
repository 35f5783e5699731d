package dev.countermark.signing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/** Threads, timer and clock in one, moved on by the test alone. */
final class FakeScheduler extends Clock implements Executor, Timer {
  private record Alarm(Instant at, long order, Runnable task) {}

  private final List<Runnable> runnable = new ArrayList<>();
  private final PriorityQueue<Alarm> alarms =
      new PriorityQueue<>(Comparator.comparing(Alarm::at).thenComparing(Alarm::order));
  private Instant now = Instant.parse("2026-11-24T10:00:00Z");
  private long orders;

  @Override
  public void execute(Runnable task) {
    runnable.add(task);
  }

  @Override
  public void after(Duration delay, Runnable task) {
    alarms.add(new Alarm(now.plus(delay), orders++, task));
  }

  /** Tasks that a thread would run now. */
  int waitingForThread() {
    return runnable.size();
  }

  /** Runs the oldest task. */
  void runOne() {
    runnable.remove(0).run();
  }

  /** Lets the time pass to the next alarm and rings it. */
  void ring() {
    Alarm alarm = alarms.remove();
    now = alarm.at();
    alarm.task().run();
  }

  /** Runs everything there is, alarms only when nothing else is left. */
  void runAll() {
    while (!runnable.isEmpty() || !alarms.isEmpty()) {
      if (runnable.isEmpty()) {
        ring();
      } else {
        runOne();
      }
    }
  }

  /**
   * Runs any one thing there is to do.
   *
   * @return false when there is nothing
   */
  boolean runAny(RandomGenerator random) {
    if (runnable.isEmpty() && alarms.isEmpty()) {
      return false;
    }
    if (runnable.isEmpty() || (!alarms.isEmpty() && random.nextInt(4) == 0)) {
      ring();
    } else {
      runnable.remove(random.nextInt(runnable.size())).run();
    }
    return true;
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
