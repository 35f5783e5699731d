package dev.countermark.bench;

/** What whoever watches reads. */
final class Say {
  private Say() {}

  static void line(String text) {
    System.out.println("bench: " + text);
  }

  /** To two decimals. */
  static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }
}
