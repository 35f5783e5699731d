package dev.countermark.gateway.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.testkit.time.HandSetClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class SweepLeaseTest {
  private static final Duration INTERVAL = Duration.ofHours(6);
  private final HandSetClock clock = new HandSetClock(Instant.parse("2026-11-24T08:00:00Z"));
  private final InMemoryBlobStore store = new InMemoryBlobStore(clock);
  private final SweepLease one = new SweepLease(store, INTERVAL, clock);
  private final SweepLease other = new SweepLease(store, INTERVAL, clock);

  @Test
  void oneReplicaRunsPerInterval() {
    assertThat(one.claim()).isTrue();
    assertThat(one.claim()).isFalse();
    assertThat(other.claim()).isFalse();

    clock.advance(INTERVAL.dividedBy(2));
    assertThat(other.claim()).isFalse();
    clock.advance(INTERVAL.dividedBy(2));
    assertThat(other.claim()).isTrue();
    assertThat(one.claim()).isFalse();
  }

  @Test
  void aTimerThatIsALittleEarlySkipsNoInterval() {
    assertThat(one.claim()).isTrue();
    clock.advance(INTERVAL.minusMinutes(1));
    assertThat(one.claim()).isTrue();
  }

  @Test
  void ofManyAtATimeOneWins() throws Exception {
    ExecutorService replicas = Executors.newFixedThreadPool(8);
    try {
      List<Future<Boolean>> claims = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        claims.add(replicas.submit(() -> new SweepLease(store, INTERVAL, clock).claim()));
      }
      int won = 0;
      for (Future<Boolean> claim : claims) {
        won += claim.get() ? 1 : 0;
      }
      assertThat(won).isEqualTo(1);
    } finally {
      replicas.shutdownNow();
    }
  }
}
