package dev.countermark.gateway.kit;

import dev.countermark.gateway.content.MemoryBudget;
import dev.countermark.gateway.transfer.Peer;
import dev.countermark.gateway.views.Readers;
import dev.countermark.gateway.views.ViewMemory;
import dev.countermark.turns.FairThreads;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Memory and threads beside those of requests, of all formats together: a format draws from here
 * and gives back, so that one more format is not one more share of the heap.
 */
public final class GatewayResources implements AutoCloseable {
  private static final int READERS = 32;
  private static final int TRANSFERS = 16;
  private static final int MAINTENANCE = 4;
  private static final int ENTRANCE = 4;
  private static final int COORDINATION = 3;
  private static final int WEBHOOKS = 2;

  private final MemoryBudget bodies;
  private final ViewMemory views;
  private final FairThreads readers;
  private final FairThreads transfers;
  private final ThreadPoolExecutor entrance;
  private final ScheduledThreadPoolExecutor maintenance;
  private final ScheduledThreadPoolExecutor timer;
  private final ScheduledThreadPoolExecutor coordination;
  private final ScheduledThreadPoolExecutor webhooks;
  private final Executor requests;

  /**
   * @param memory bytes in all: three quarters for what requests carry, a quarter for what is
   *     remembered of packages
   * @param requests the threads of requests, which are not ours
   */
  public GatewayResources(long memory, Executor requests, MeterRegistry meters, Clock clock) {
    this.requests = requests;
    long remembered = memory / 4;
    this.bodies = new MemoryBudget(memory - remembered);
    this.readers = new FairThreads(READERS, named("store-read"));
    this.transfers = new FairThreads(TRANSFERS, named("transfer"));
    this.entrance = (ThreadPoolExecutor) Executors.newFixedThreadPool(ENTRANCE, named("entrance"));
    this.maintenance = new ScheduledThreadPoolExecutor(MAINTENANCE, named("maintenance"));
    this.timer = new ScheduledThreadPoolExecutor(1, named("timer"));
    this.coordination = new ScheduledThreadPoolExecutor(COORDINATION, named("coordination"));
    this.webhooks = new ScheduledThreadPoolExecutor(WEBHOOKS, named("webhooks"));
    // Whoever no longer waits shall not be remembered until his time would have come.
    timer.setRemoveOnCancelPolicy(true);
    this.views = new ViewMemory(remembered, maintenance, clock);
    memory(meters, "bodies", bodies::limit, bodies::used);
    memory(meters, "views", views::limit, views::used);
    threads(meters, "store-read", readers::threads, readers::busy);
    threads(meters, "transfer", transfers::threads, transfers::busy);
    threads(meters, "entrance", entrance::getCorePoolSize, entrance::getActiveCount);
    threads(meters, "maintenance", maintenance::getCorePoolSize, maintenance::getActiveCount);
    threads(meters, "timer", timer::getCorePoolSize, timer::getActiveCount);
    threads(meters, "coordination", coordination::getCorePoolSize, coordination::getActiveCount);
    threads(meters, "webhooks", webhooks::getCorePoolSize, webhooks::getActiveCount);
  }

  private static void memory(
      MeterRegistry meters, String use, Supplier<Number> limit, Supplier<Number> used) {
    Gauge.builder("countermark.resources.memory.limit", limit)
        .description("Bytes that may be held")
        .baseUnit("bytes")
        .tag("use", use)
        .register(meters);
    Gauge.builder("countermark.resources.memory.used", used)
        .description("Bytes that are held now")
        .baseUnit("bytes")
        .tag("use", use)
        .register(meters);
  }

  private static void threads(
      MeterRegistry meters, String pool, Supplier<Number> limit, Supplier<Number> used) {
    Gauge.builder("countermark.resources.threads.limit", limit)
        .description("Threads of a pool, beside those of requests")
        .tag("pool", pool)
        .register(meters);
    Gauge.builder("countermark.resources.threads.used", used)
        .description("Threads of a pool that work now")
        .tag("pool", pool)
        .register(meters);
  }

  private static ThreadFactory named(String name) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** What bodies and pieces of files take while they are in memory. */
  public MemoryBudget bodies() {
    return bodies;
  }

  /** What is remembered of packages, of all formats together. */
  public ViewMemory views() {
    return views;
  }

  /** For what goes on with a request that waited without a thread; may block. */
  public Executor requests() {
    return requests;
  }

  /** For pings and tokens: clients begin with them, and wait behind nothing that others want. */
  Executor entrance() {
    return entrance;
  }

  /**
   * For reads of the store, which wait for the store and for nothing else: whoever makes a view
   * waits for readers, so that a reader who waited for a view could wait for himself.
   */
  public Readers readers() {
    return repository -> {
      Executor turns = readers.of(repository.toString());
      return task -> turns.execute(() -> bodies.scoped(task));
    };
  }

  /**
   * The same for whoever goes over everything, and takes turns with repositories as one of them.
   *
   * @param who no repository
   */
  public Executor readers(String who) {
    return readers.of(who);
  }

  /**
   * For reads of the store, and writes of the local disk, between two steps of a transfer: the
   * network addresses of clients take turns, and what is asked for by one of them does.
   */
  public Function<Peer, Executor> transfers() {
    return peer -> transfers.of(peer.address(), peer.place());
  }

  /** For what looks after views and store in the background; may block. */
  public ScheduledExecutorService maintenance() {
    return maintenance;
  }

  /**
   * For what gateways do together: campaigns, dead letters, signs of life. It may block, but not
   * for long: what goes over everything is {@link #maintenance}.
   */
  public ScheduledExecutorService coordination() {
    return coordination;
  }

  /**
   * For what webhooks read and write in the store; whoever receives them is waited for elsewhere.
   */
  public ScheduledExecutorService webhooks() {
    return webhooks;
  }

  /** For what is due at some time; must not block. */
  public ScheduledExecutorService timer() {
    return timer;
  }

  @Override
  public void close() {
    timer.shutdownNow();
    coordination.shutdownNow();
    webhooks.shutdownNow();
    maintenance.shutdownNow();
    entrance.shutdown();
    readers.close();
    transfers.close();
  }
}
