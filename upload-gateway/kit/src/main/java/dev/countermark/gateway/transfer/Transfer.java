package dev.countermark.gateway.transfer;

import dev.countermark.gateway.content.TooSlowException;
import java.util.concurrent.TimeUnit;

/**
 * One body on its way in or out, and how fast its client is. Only the time counts in which nobody
 * but the client is waited for.
 */
public final class Transfer implements AutoCloseable {
  /** Clients are judged by what they did in so long; a short stall is nobody's fault. */
  static final long WINDOW_SECONDS = 30;

  /** Whoever has not moved on for so long shall not hold more than is reserved for him. */
  private static final long LINGER_SECONDS = 2;

  /** What a transfer does when its client keeps it waiting; called without a lock. */
  public interface Owner {
    /** The client does not move on: give back what can be given back. */
    void linger();

    /** The client is too slow: end it. */
    void cutOff(TooSlowException reason);
  }

  private final Transfers transfers;
  private final Peer peer;
  private final long rate;
  private final Owner owner;
  private long waitingSince;
  private boolean waiting;
  private long waited;
  private long moved;
  private boolean closed;

  Transfer(Transfers transfers, Peer peer, long rate, Owner owner) {
    this.transfers = transfers;
    this.peer = peer;
    this.rate = rate;
    this.owner = owner;
  }

  Peer peer() {
    return peer;
  }

  /** From now on the client is waited for. */
  public synchronized void waits() {
    if (!waiting) {
      waiting = true;
      waitingSince = transfers.nanos();
    }
  }

  /** From now on we are at work. */
  public synchronized void works() {
    if (waiting) {
      waiting = false;
      waited += transfers.nanos() - waitingSince;
    }
  }

  /** The client sent, or took, some bytes. */
  synchronized void moved(long bytes) {
    moved += bytes;
  }

  /** Looks how the client does; called every few seconds. */
  void look() {
    boolean lingers;
    boolean tooSlow;
    synchronized (this) {
      if (!waiting || closed) {
        return;
      }
      long now = transfers.nanos();
      lingers = now - waitingSince >= TimeUnit.SECONDS.toNanos(LINGER_SECONDS);
      waited += now - waitingSince;
      waitingSince = now;
      boolean judged = waited >= TimeUnit.SECONDS.toNanos(WINDOW_SECONDS);
      tooSlow = judged && moved < rate * TimeUnit.NANOSECONDS.toSeconds(waited);
      if (judged) {
        waited = 0;
        moved = 0;
      }
    }
    if (tooSlow) {
      owner.cutOff(new TooSlowException(rate));
    } else if (lingers) {
      owner.linger();
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    transfers.ended(this);
  }
}
