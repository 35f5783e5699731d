package dev.countermark.gateway.scrub;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.Failure;
import dev.countermark.gateway.content.BusyException;
import dev.countermark.gateway.content.MemoryBudget;
import dev.countermark.gateway.integrity.Integrity;
import dev.countermark.gateway.integrity.Quarantine;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.IntegrityEvents;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/** Slices of the pass, when it is this gateway's turn, and looks at what is marked. */
public final class Scrub {
  private static final Logger LOG = Logger.getLogger(Scrub.class);

  /** What a slice reads at the rate that is set. */
  private static final Duration SLICE = Duration.ofSeconds(30);

  /** Of what a slice reads, what is marked may be. */
  private static final int SHARE = 4;

  private final ScrubProgress progress;
  private final ContentScrubber scrubber;
  private final Quarantined quarantined;
  private final MemoryBudget memory;
  private final ScrubMetrics metrics;
  private final Pace pace;
  private final boolean passes;

  /**
   * What it works on.
   *
   * @param memory that bytes of a copy are drawn from
   */
  public record Parts(
      BlobStore store,
      GatewayFormats formats,
      Integrity integrity,
      Quarantine quarantine,
      MemoryBudget memory,
      IntegrityEvents events) {}

  /**
   * @param rate bytes a second; 0 to look at nothing but what is marked
   */
  public Scrub(Parts parts, ScrubProgress progress, ScrubMetrics metrics, long rate, Clock clock) {
    this.progress = progress;
    this.metrics = metrics;
    this.memory = parts.memory();
    this.passes = rate > 0;
    this.pace =
        new Pace(rate > 0 ? rate : Integrity.SMALL, System::nanoTime, LockSupport::parkNanos);
    Finds finds =
        new Finds(
            parts.store(),
            parts.quarantine(),
            parts.formats(),
            parts.memory(),
            parts.events(),
            metrics,
            clock);
    this.scrubber =
        new ContentScrubber(parts.store(), parts.formats(), parts.integrity(), finds, pace);
    this.quarantined =
        new Quarantined(parts.store(), parts.quarantine(), parts.integrity(), finds, pace, clock);
  }

  /** Sees what other gateways found, and looks after some of what is marked. */
  public void look() {
    orLater(() -> quarantined.look(pace.in(SLICE) / SHARE));
  }

  /** Goes on with the pass, if there is one and no other gateway is at it. */
  public void pass() {
    if (passes) {
      orLater(() -> progress.claim().ifPresent(this::slice));
    }
  }

  /**
   * Looks at a package out of turn, because somebody found that it is not what its record says.
   *
   * @param key of its record
   */
  public void suspect(String key) {
    orLater(() -> scrubber.lookAt(key));
  }

  private void orLater(Runnable work) {
    try {
      memory.scoped(work);
    } catch (Failure | BusyException e) {
      LOG.warnf("the comparison of what is stored goes on later: %s", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("the comparison of what is stored failed", e);
    }
  }

  private void slice(ScrubState state) {
    ContentScrubber.Slice slice = scrubber.slice(state.position(), pace.in(SLICE));
    progress
        .advance(slice)
        .ifPresent(
            now -> {
              metrics.read(slice.bytes(), now);
              if (slice.isLast()) {
                LOG.infof(
                    "compared all that is stored: %d bytes, %d damaged", now.bytes(), now.finds());
              }
            });
  }
}
