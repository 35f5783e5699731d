package dev.countermark.faults.detour;

/** How a way is. */
public enum Condition {
  /** Everything passes at once. */
  OPEN,
  /** Connections break, and none is made. */
  CUT,
  /** Connections stay, and nothing passes. */
  STALLED,
  /** Everything passes, late and little by little. */
  SLOW,
  /** Connections break; whoever makes a new one is answered 503, in HTTP. */
  UNAVAILABLE
}
