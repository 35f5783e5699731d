package dev.countermark.gateway.connections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.gateway.connections.Connections.Connection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
  private static final long QUIET = TimeUnit.SECONDS.toNanos(60);

  private final AtomicLong now = new AtomicLong();
  private final Connections connections =
      new Connections(new Connections.Limits(3, 2, QUIET), now::get);

  /** A connection that remembers how often it was ended. */
  private static final class Wire implements Connections.Line {
    private final AtomicInteger ends = new AtomicInteger();
    private long unsent;

    @Override
    public long unsent() {
      return unsent;
    }

    @Override
    public void close() {
      ends.incrementAndGet();
    }
  }

  private Connection opened(String address, Wire wire) {
    return connections.open(address, wire).orElseThrow();
  }

  private void after(long nanos) {
    now.addAndGet(nanos);
    connections.look();
  }

  @Test
  void takesNoMoreOfAnAddressThanItMayHaveAndStillTakesThoseOfOthers() {
    Connection first = opened("a", new Wire());
    opened("a", new Wire());

    assertThat(connections.open("a", new Wire())).isEmpty();
    opened("b", new Wire());
    assertThat(connections.open("c", new Wire())).as("more than in all").isEmpty();

    first.closed();
    opened("c", new Wire());
    assertThat(connections.count()).isEqualTo(3);
    assertThat(connections.refused()).isEqualTo(2);
  }

  @Test
  void countsTheEndOfAConnectionOnce() {
    Connection gone = opened("a", new Wire());
    gone.closed();
    gone.closed();

    assertThat(connections.count()).isZero();
  }

  @Test
  void endsWhoeverIsWithoutARequestForTooLong() {
    Wire wire = new Wire();
    opened("a", wire);

    after(QUIET - 1);
    assertThat(wire.ends).hasValue(0);
    after(1);
    assertThat(wire.ends).hasValue(1);
  }

  @Test
  void letsRequestsTakeTheirTimeAndBeginsAnewAfterThem() {
    Wire wire = new Wire();
    Connection connection = opened("a", wire);
    connection.begun();
    connection.begun();
    after(10 * QUIET);
    connection.ended();
    after(10 * QUIET);
    assertThat(wire.ends).as("one of two is not over").hasValue(0);

    connection.ended();
    after(QUIET - 1);
    assertThat(wire.ends).hasValue(0);
    after(1);
    assertThat(wire.ends).hasValue(1);
  }

  @Test
  void givesTheLastAnswerLongerToLeaveButNotForEver() {
    Wire wire = new Wire();
    wire.unsent = 1;
    opened("a", wire);

    after(4 * QUIET);
    assertThat(wire.ends).hasValue(0);
    after(QUIET);
    assertThat(wire.ends).hasValue(1);
  }
}
