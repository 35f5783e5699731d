package dev.countermark.signer.nuget;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;

/**
 * A timestamp authority, and whether it answered when it was asked last. While it does not, one
 * caller after each pause finds out whether it does again; the others do not wait for it.
 */
final class Authority {
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final URI address;
  private Instant silentUntil = Instant.MIN;
  private boolean silent;

  Authority(URI address) {
    this.address = address;
  }

  URI address() {
    return address;
  }

  /** Whether it answered the last time, or was never asked. */
  synchronized boolean isAnswering() {
    return !silent;
  }

  /** Whether to ask it now; of a silent one that is true once after each pause. */
  synchronized boolean mayBeAsked(Instant now) {
    if (silent && now.isBefore(silentUntil)) {
      return false;
    }
    silentUntil = now.plus(PAUSE);
    return true;
  }

  synchronized void answered() {
    silent = false;
  }

  synchronized void failed(Instant now) {
    silent = true;
    silentUntil = now.plus(PAUSE);
  }
}
