package dev.countermark.gateway.content;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes that may be on the disk in the {@link SpoolFolder}, in all and of one peer. Nobody waits
 * for them: they are held for as long as a peer sends.
 */
public final class SpoolRoom {
  private final Limits limits;
  private final AtomicLong used = new AtomicLong();
  private final Map<String, Long> byPeer = new ConcurrentHashMap<>();

  /**
   * What is allowed.
   *
   * @param most bytes
   * @param mostOfPeer bytes that one peer may have in more than one file; one alone may be larger,
   *     or what is as large could never be pushed
   */
  public record Limits(long most, long mostOfPeer) {
    /** As much as the disk has. */
    static final Limits NONE = new Limits(Long.MAX_VALUE, Long.MAX_VALUE);
  }

  SpoolRoom(Limits limits) {
    this.limits = limits;
  }

  /** Bytes of one file; used by one thread at a time. */
  public final class Held implements AutoCloseable {
    private final String peer;
    private long held;

    private Held(String peer) {
      this.peer = peer;
    }

    /**
     * Takes so many bytes in all, if it has not as many already.
     *
     * @throws BusyException when there are none, for this peer or for anybody
     */
    void growTo(long bytes) {
      long more = bytes - held;
      if (more <= 0) {
        return;
      }
      if (used.addAndGet(more) > limits.most()) {
        used.addAndGet(-more);
        throw new BusyException();
      }
      if (peer != null
          && byPeer.merge(peer, more, Long::sum) > Math.max(limits.mostOfPeer(), held + more)) {
        giveBack(more);
        throw new BusyException();
      }
      held += more;
    }

    private void giveBack(long bytes) {
      if (peer != null) {
        byPeer.computeIfPresent(peer, (p, n) -> n == bytes ? null : n - bytes);
      }
      used.addAndGet(-bytes);
    }

    @Override
    public void close() {
      giveBack(held);
      held = 0;
    }
  }

  /** None so far, for a file that a peer sends. */
  Held of(String peer) {
    return new Held(peer);
  }

  /**
   * None so far, for a file that is made of what was received; no peer keeps it for longer than
   * that takes.
   */
  Held ofNobody() {
    return new Held(null);
  }

  /** Bytes in all. */
  public long limit() {
    return limits.most();
  }

  /** Bytes that are held now. */
  public long used() {
    return used.get();
  }
}
