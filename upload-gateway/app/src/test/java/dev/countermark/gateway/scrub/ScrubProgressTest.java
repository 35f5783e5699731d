package dev.countermark.gateway.scrub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.testkit.time.HandSetClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ScrubProgressTest {
  private static final Duration INTERVAL = Duration.ofHours(1);

  private final HandSetClock clock = new HandSetClock(Instant.parse("2026-11-24T08:00:00Z"));
  private final InMemoryBlobStore store = new InMemoryBlobStore(clock);
  private final ScrubProgress one = new ScrubProgress(store, INTERVAL, clock);
  private final ScrubProgress other = new ScrubProgress(store, INTERVAL, clock);

  @BeforeEach
  void theFirstPassIsDue() {
    assertThat(one.claim()).as("a new installation").isEmpty();
    clock.advance(INTERVAL);
  }

  private static ContentScrubber.Slice slice(String position, boolean last) {
    return new ContentScrubber.Slice(position, 10, 1, last);
  }

  @Test
  void onlyOneIsAtIt() {
    assertThat(one.claim()).isPresent();
    assertThat(other.claim()).isEmpty();
    assertThat(one.claim()).isPresent();
  }

  @Test
  void whoeverDiesIsFollowedWhereHeWas() {
    one.claim();
    one.advance(slice("oci/b", false));
    assertThat(other.claim()).isEmpty();

    clock.advance(Duration.ofMinutes(3));

    assertThat(other.claim().orElseThrow().position()).isEqualTo("oci/b");
    // He was only slow: what he did counts no more.
    one.advance(slice("oci/z", false));
    assertThat(other.claim().orElseThrow().position()).isEqualTo("oci/b");
  }

  @Test
  void aPassBeginsAnIntervalAfterTheOneBefore() {
    one.claim();
    ScrubState ended = one.advance(slice("swift/z", true)).orElseThrow();
    assertThat(ended.bytes()).isEqualTo(10);
    assertThat(ended.finds()).isEqualTo(1);
    assertThat(one.claim()).isEmpty();

    clock.advance(INTERVAL.minusSeconds(1));
    assertThat(other.claim()).isEmpty();
    clock.advance(Duration.ofSeconds(1));

    ScrubState next = other.claim().orElseThrow();
    assertThat(next.position()).isEmpty();
    assertThat(next.bytes()).isZero();
    assertThat(next.generation()).isGreaterThan(ended.generation());
  }

  @Test
  void paceIsKeptOnTheAverage() {
    long[] now = new long[1];
    List<Long> slept = new ArrayList<>();
    Pace pace =
        new Pace(
            1_000,
            () -> now[0],
            nanos -> {
              slept.add(nanos);
              now[0] += nanos;
            });
    pace.take(500);
    pace.take(500);
    pace.take(1_000);
    now[0] += Duration.ofSeconds(10).toNanos(); // nothing was read: that is not made up for
    pace.take(1);
    pace.take(1);

    assertThat(slept).containsExactly(500_000_000L, 500_000_000L, 1_000_000L);
    assertThat(pace.in(Duration.ofSeconds(30))).isEqualTo(30_000);
  }
}
