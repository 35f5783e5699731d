package dev.countermark.bench;

/** What whoever watches reads. */
public final class Say {
  private Say() {}

  public static void line(String text) {
    System.out.println("bench: " + text);
  }

  /** To two decimals. */
  public static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }
}
