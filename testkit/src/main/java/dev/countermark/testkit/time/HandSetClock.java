package dev.countermark.testkit.time;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands still until somebody moves its hands; seen by all threads. */
public final class HandSetClock extends Clock {
  private volatile Instant now;

  public HandSetClock(Instant now) {
    this.now = now;
  }

  public void advance(Duration time) {
    set(now.plus(time));
  }

  public void set(Instant time) {
    now = time;
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
