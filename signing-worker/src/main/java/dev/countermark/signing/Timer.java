package dev.countermark.signing;

import java.time.Duration;

/** Runs things later, without holding a thread meanwhile. */
@FunctionalInterface
public interface Timer {
  /**
   * @param task short and never blocking
   */
  void after(Duration delay, Runnable task);
}
