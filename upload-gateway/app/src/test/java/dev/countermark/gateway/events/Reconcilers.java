package dev.countermark.gateway.events;

import dev.countermark.blobs.BlobStore;
import dev.countermark.gateway.kit.UploadEvents;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** Reconcilers as tests need them. */
public final class Reconcilers {
  private Reconcilers() {}

  /** That of a gateway that knows of no reason to look for anything. */
  public static Reconciler of(BlobStore store, UploadEvents events, Clock clock) {
    return new Reconciler(store, events, reasons(store, clock), clock);
  }

  static Reconciler.Reasons reasons(BlobStore store, Clock clock) {
    return new Reconciler.Reasons(
        new GatewayLives(store, "this", clock),
        new UntoldUploads(),
        new BrokerIdentity(store, Optional::empty));
  }

  /** That of a gateway beside one that was heard of ten minutes ago. */
  public static Reconciler afterADeath(BlobStore store, UploadEvents events, Clock clock) {
    new GatewayLives(store, "another", Clock.offset(clock, Duration.ofMinutes(-10))).beat();
    return of(store, events, clock);
  }
}
