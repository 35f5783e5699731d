package dev.countermark.faults;

import dev.countermark.faults.Violations.Kind;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Read all the time, by every gateway, and look at whatever they get as a client does. */
final class Readers implements AutoCloseable {
  private static final long PAUSE_MILLIS = 100;
  private static final int LIST_EVERY = 20;
  private static final long PATIENCE_MILLIS = 70_000;

  private final Tenants tenants;
  private final Ledger ledger;
  private final Violations violations;
  private final int uploads;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicInteger seen = new AtomicInteger();
  private final AtomicInteger reads = new AtomicInteger();
  private volatile boolean done;

  Readers(Tenants tenants, Ledger ledger, Violations violations, int uploads) {
    this.tenants = tenants;
    this.ledger = ledger;
    this.violations = violations;
    this.uploads = uploads;
  }

  void start(int gateways, long seed) {
    for (int gateway = 0; gateway < gateways; gateway++) {
      int number = gateway;
      Thread thread = new Thread(() -> read(number, new Random(seed + number)), "reader-" + number);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
  }

  private void read(int gateway, Random random) {
    for (int round = 0; !done; round++) {
      try {
        if (round % LIST_EVERY == 0) {
          list(gateway, random);
        } else {
          int number = random.nextInt(uploads);
          if (ledger.isBegun(number)) {
            look(gateway, number);
          }
        }
      } catch (UncheckedIOException e) {
        // a part is away
      } catch (RuntimeException e) {
        violations.add(Kind.WRONG_ANSWER, "reading by gateway " + gateway + ": " + e);
      }
      Waiting.millis(PAUSE_MILLIS);
    }
  }

  private boolean look(int gateway, int number) {
    Packages packages = tenants.of(number).by(gateway);
    reads.incrementAndGet();
    Optional<Map<String, byte[]>> files;
    try {
      files = packages.fetch(number);
    } catch (Answers.UnexpectedAnswerException e) {
      if (ledger.deletion(number).isPresent()) {
        return false; // it went while it was read
      }
      throw e;
    }
    if (files.isEmpty()) {
      return false;
    }
    Optional<Set<String>> signatures = packages.verify(number, files.get());
    if (signatures.isEmpty() && ledger.deletion(number).isEmpty()) {
      violations.add(
          Kind.UNSIGNED_SEEN,
          tenants.describe(number) + " by gateway " + gateway + " " + files.get().keySet());
    }
    seen.incrementAndGet();
    return true;
  }

  private void list(int gateway, Random random) {
    Tenants.Tenant tenant = tenants.all().get(random.nextInt(tenants.all().size()));
    List<Integer> listed = new ArrayList<>(tenant.by(gateway).listed());
    for (int number : listed) {
      if (number >= uploads || !ledger.isBegun(number)) {
        violations.add(Kind.ORPHAN, number + " is listed in " + tenant.repository());
      }
    }
    if (listed.isEmpty()) {
      return;
    }
    int number = listed.get(random.nextInt(listed.size()));
    if (!look(gateway, number)
        && tenant.by(gateway).listsSignedOnly()
        && ledger.deletion(number).isEmpty()) {
      violations.add(Kind.MISLISTED, tenants.describe(number) + " is listed and not there");
    }
  }

  /** How often anything was asked for, and how often it was there. */
  int reads() {
    return reads.get();
  }

  int seen() {
    return seen.get();
  }

  @Override
  public void close() throws InterruptedException {
    done = true;
    for (Thread thread : threads) {
      thread.join(PATIENCE_MILLIS);
    }
  }
}
