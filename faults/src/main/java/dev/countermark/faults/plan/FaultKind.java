package dev.countermark.faults.plan;

import java.util.Locale;

/** What can be done to a platform. */
public enum FaultKind {
  /** A process ends without a word (SIGKILL) and is started again. */
  KILL(14, Scope.PART),
  /** A process is told to end (SIGTERM) and is started again. */
  RESTART(6, Scope.PART),
  /** A process stands still (SIGSTOP, SIGCONT). */
  PAUSE(20, Scope.PART),
  /** All connections to a part break, and no new ones are made. */
  CUT(12, Scope.LINK),
  /** Connections to a part stay, and nothing passes. */
  STALL(10, Scope.LINK),
  /** What passes to and from a part passes late and little by little. */
  SLOW(12, Scope.LINK),
  /** The store answers 503 with {@code Retry-After}. */
  UNAVAILABLE(9, Scope.STORE),
  /** The store's disk has next to no room. */
  FULL_DISK(2, Scope.STORE),
  /** Records of a topic are there twice. */
  DUPLICATE(5, Scope.TOPIC),
  /** Records of a topic come again in another order. */
  REORDER(5, Scope.TOPIC),
  /** What a topic began with comes again. */
  REPLAY(5, Scope.TOPIC);

  /** What a fault of a kind is done to. */
  enum Scope {
    PART,
    LINK,
    STORE,
    TOPIC
  }

  private final int weight;
  private final Scope scope;

  FaultKind(int weight, Scope scope) {
    this.weight = weight;
    this.scope = scope;
  }

  int weight() {
    return weight;
  }

  Scope scope() {
    return scope;
  }

  /** As people and the figures call it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
