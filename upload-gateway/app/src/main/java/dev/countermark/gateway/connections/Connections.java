package dev.countermark.gateway.connections;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * All connections of clients. What is more than there may be is not taken, and takes nothing from
 * those that are there. A connection counts from its first packet, so that neither a handshake that
 * does not end nor the head of a request that comes byte by byte is for nothing.
 */
public final class Connections {
  /** The last answer may still wait for the network when its request is long over for us. */
  private static final int LONGER_FOR_ANSWERS = 5;

  private final Limits limits;
  private final LongSupplier nanos;
  private final Set<Connection> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger count = new AtomicInteger();
  private final Map<String, Integer> byAddress = new ConcurrentHashMap<>();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong quiet = new AtomicLong();

  /**
   * What is allowed.
   *
   * @param most connections at a time
   * @param mostOfAddress connections at a time from one network address
   * @param quietNanos how long a connection may be without a request, whatever comes on it
   */
  public record Limits(int most, int mostOfAddress, long quietNanos) {}

  /** What a connection is made of. */
  public interface Line {
    /** Bytes of answers that the network has not taken yet. */
    long unsent();

    /** Ends it; whoever is at the other end learns it from that alone. */
    void close();
  }

  /**
   * @param nanos a clock for durations
   */
  public Connections(Limits limits, LongSupplier nanos) {
    this.limits = limits;
    this.nanos = nanos;
  }

  /** One connection. */
  public final class Connection {
    private final String address;
    private final Line line;
    private int requests;
    private long quietSince = nanos.getAsLong();
    private boolean closed;

    private Connection(String address, Line line) {
      this.address = address;
      this.line = line;
    }

    /** The head of a request is there. */
    public synchronized void begun() {
      requests++;
    }

    /** A request is over, whatever came of it. */
    public synchronized void ended() {
      requests--;
      quietSince = nanos.getAsLong();
    }

    /** It is gone. */
    public void closed() {
      synchronized (this) {
        if (closed) {
          return;
        }
        closed = true;
      }
      open.remove(this);
      leave(address);
    }

    private void look() {
      synchronized (this) {
        long patience = limits.quietNanos() * (line.unsent() > 0 ? LONGER_FOR_ANSWERS : 1);
        if (closed || requests > 0 || nanos.getAsLong() - quietSince < patience) {
          return;
        }
      }
      quiet.incrementAndGet();
      line.close();
    }
  }

  /**
   * Takes a connection.
   *
   * @param address where it comes from
   * @return nothing when there are too many, in all or from there
   */
  public Optional<Connection> open(String address, Line line) {
    boolean room = count.incrementAndGet() <= limits.most();
    if (!room || byAddress.merge(address, 1, Integer::sum) > limits.mostOfAddress()) {
      if (room) {
        leave(address);
      } else {
        count.decrementAndGet();
      }
      refused.incrementAndGet();
      return Optional.empty();
    }
    Connection connection = new Connection(address, line);
    open.add(connection);
    return Optional.of(connection);
  }

  private void leave(String address) {
    byAddress.computeIfPresent(address, (a, n) -> n == 1 ? null : n - 1);
    count.decrementAndGet();
  }

  /** Ends those that are without a request for too long; called every few seconds. */
  public void look() {
    open.forEach(Connection::look);
  }

  /** How many there may be. */
  int most() {
    return limits.most();
  }

  /** How many there are. */
  int count() {
    return count.get();
  }

  /** How many were not taken so far. */
  long refused() {
    return refused.get();
  }

  /** How many were ended so far because they were without a request. */
  long quiet() {
    return quiet.get();
  }
}
