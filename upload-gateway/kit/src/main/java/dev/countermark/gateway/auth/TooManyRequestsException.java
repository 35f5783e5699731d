package dev.countermark.gateway.auth;

import java.time.Duration;

/** One caller, or one address, asks too often. The message may be shown. */
public final class TooManyRequestsException extends RuntimeException {
  private final Duration wait;

  TooManyRequestsException(String message, Duration wait) {
    super(message, null, false, false);
    this.wait = wait;
  }

  /** Whole seconds after which another try is worth it, at least 1. */
  public long retryAfter() {
    return Math.max(1, wait.plusSeconds(1).minusNanos(1).toSeconds());
  }
}
