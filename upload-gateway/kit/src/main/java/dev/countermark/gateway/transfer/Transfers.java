package dev.countermark.gateway.transfer;

import dev.countermark.gateway.content.BusyException;
import dev.countermark.gateway.content.ReceivedPiece;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * All bodies on their way in or out. Each has a piece of memory of its own, however slow it is, so
 * that their number is bounded; whoever is fast gets more, of a pool that is shared.
 */
public final class Transfers {
  /** Bytes that each transfer may hold at any time. */
  public static final int RESERVED = ReceivedPiece.SMALL;

  private static final Logger LOG = Logger.getLogger(Transfers.class);
  private static final long LOOK_SECONDS = 2;

  /** Answers of the store that may be open while clients take what was read of them. */
  private static final int STREAMS = 32;

  /** One address gets at most this part of the shared pool. */
  private static final int SHARE = 4;

  private final Limits limits;
  private final Function<Peer, Executor> work;
  private final LongSupplier nanos;
  private final Set<Transfer> active = ConcurrentHashMap.newKeySet();
  private final AtomicInteger count = new AtomicInteger();
  private final Map<String, Integer> byAddress = new ConcurrentHashMap<>();
  private final Map<String, Long> sharedByAddress = new ConcurrentHashMap<>();
  private final AtomicLong shared = new AtomicLong();
  private final Semaphore streams = new Semaphore(STREAMS);
  private final Counter received;
  private final Counter sent;

  /**
   * What is allowed.
   *
   * @param most transfers at a time
   * @param mostOfAddress transfers at a time with one network address
   * @param minimumRate bytes a second that a client must move while it is waited for
   * @param shared bytes that fast transfers may hold together, beside what is reserved for each
   */
  public record Limits(int most, int mostOfAddress, long minimumRate, long shared) {}

  /**
   * @param work for reads and writes of store and disk between two steps of a transfer, by whom it
   *     is for
   * @param timer must not be blocked, and is not
   * @param nanos a clock for durations
   */
  public Transfers(
      Limits limits,
      Function<Peer, Executor> work,
      ScheduledExecutorService timer,
      MeterRegistry meters,
      LongSupplier nanos) {
    this.limits = limits;
    this.work = work;
    this.nanos = nanos;
    Gauge.builder("countermark.transfers.limit", () -> limits.most())
        .description("Bodies that may be on their way in or out at a time")
        .register(meters);
    Gauge.builder("countermark.transfers.active", count, AtomicInteger::get)
        .description("Bodies that are on their way in or out now")
        .register(meters);
    received = bytes("in", meters);
    sent = bytes("out", meters);
    var unused =
        timer.scheduleWithFixedDelay(this::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
  }

  private static Counter bytes(String direction, MeterRegistry meters) {
    return Counter.builder("countermark.transfers.moved")
        .baseUnit("bytes")
        .tag("direction", direction)
        .description("Bytes of bodies that came in, and that went out")
        .register(meters);
  }

  /** A client sent some bytes. */
  void received(Transfer transfer, long bytes) {
    transfer.moved(bytes);
    received.increment(bytes);
  }

  /** A client took some bytes, or the system for it. */
  void sent(Transfer transfer, long bytes) {
    transfer.moved(bytes);
    sent.increment(bytes);
  }

  long minimumRate() {
    return limits.minimumRate();
  }

  long nanos() {
    return nanos.getAsLong();
  }

  /** Where what a transfer has to do waits for its turn. */
  Executor work(Transfer transfer) {
    return work.apply(transfer.peer());
  }

  /**
   * Begins a transfer, which must be closed.
   *
   * @param peer the client
   * @throws BusyException when there are too many, in all or with its address
   */
  public Transfer begin(Peer peer, Transfer.Owner owner) {
    return begin(peer, limits.minimumRate(), owner);
  }

  /**
   * Begins a transfer of something that is in memory until its end.
   *
   * @param rate bytes a second that the client must move while it is waited for
   */
  Transfer begin(Peer peer, long rate, Transfer.Owner owner) {
    String address = peer.address();
    boolean room = count.incrementAndGet() <= limits.most();
    if (!room || byAddress.merge(address, 1, Integer::sum) > limits.mostOfAddress()) {
      if (room) {
        leave(address);
      }
      count.decrementAndGet();
      throw new BusyException();
    }
    Transfer transfer = new Transfer(this, peer, rate, owner);
    active.add(transfer);
    return transfer;
  }

  void ended(Transfer transfer) {
    active.remove(transfer);
    leave(transfer.peer().address());
    count.decrementAndGet();
  }

  private void leave(String address) {
    byAddress.computeIfPresent(address, (a, n) -> n == 1 ? null : n - 1);
  }

  /**
   * Takes memory out of the shared pool, to be given back.
   *
   * @return whether there was enough
   */
  boolean tryShare(Transfer transfer, long bytes) {
    if (shared.addAndGet(bytes) > limits.shared()) {
      shared.addAndGet(-bytes);
      return false;
    }
    if (sharedByAddress.merge(transfer.peer().address(), bytes, Long::sum)
        > limits.shared() / SHARE) {
      giveBack(transfer, bytes);
      return false;
    }
    return true;
  }

  /**
   * Asks to keep an answer of the store open, for a client that may be fast.
   *
   * @return whether {@link #streamed} must be called when it is closed
   */
  boolean tryStream() {
    return streams.tryAcquire();
  }

  void streamed() {
    streams.release();
  }

  void giveBack(Transfer transfer, long bytes) {
    sharedByAddress.computeIfPresent(
        transfer.peer().address(), (a, n) -> n == bytes ? null : n - bytes);
    shared.addAndGet(-bytes);
  }

  private void look() {
    for (Transfer transfer : active) {
      try {
        transfer.look();
      } catch (RuntimeException e) {
        // The others shall be looked at, too.
        LOG.warnf(e, "a transfer could not be looked after: %s", e.getMessage());
      }
    }
  }
}
