package dev.countermark.faults;

import dev.countermark.faults.Ledger.Outcome;
import dev.countermark.faults.Violations.Kind;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** Pushes packages of all formats, some at a time, each until it is answered. */
final class Uploads {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final int CONFLICT = 409;

  private final Tenants tenants;
  private final Ledger ledger;
  private final Violations violations;

  Uploads(Tenants tenants, Ledger ledger, Violations violations) {
    this.tenants = tenants;
    this.ledger = ledger;
    this.violations = violations;
  }

  /**
   * Returns when all are answered, or given up.
   *
   * @param before called with each number before it is pushed, in ascending order
   */
  void run(int count, int clients, IntConsumer before)
      throws InterruptedException, ExecutionException {
    AtomicInteger next = new AtomicInteger();
    Object order = new Object();
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        all.add(
            threads.submit(
                () -> {
                  while (true) {
                    int number;
                    synchronized (order) {
                      number = next.getAndIncrement();
                      if (number >= count) {
                        return;
                      }
                      before.accept(number);
                    }
                    ledger.begin(number);
                    ledger.end(number, push(number));
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** Tries again, as a client does; one whose answer was lost may find its package there. */
  private Outcome push(int number) {
    Tenants.Tenant tenant = tenants.of(number);
    boolean lost = false;
    long end = System.nanoTime() + PATIENCE.toNanos();
    for (int attempt = 0; System.nanoTime() < end; attempt++) {
      try {
        int status = tenant.by(number + attempt).push(number);
        if (status / 100 == 2 || status == CONFLICT && lost) {
          return Outcome.ACCEPTED;
        }
        if (!Answers.isForTheMoment(status)) {
          violations.add(
              Kind.WRONG_ANSWER,
              "the push of " + tenants.describe(number) + " was answered " + status);
          return Outcome.REFUSED;
        }
      } catch (UncheckedIOException e) {
        // the next try finds out how far this one came
      }
      lost = true;
      Waiting.beforeTry(attempt);
    }
    return Outcome.UNANSWERED;
  }
}
