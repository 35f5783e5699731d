package dev.countermark.faults;

/** What whoever watches reads. */
final class Say {
  private Say() {}

  static void line(String text) {
    System.out.println("faults: " + text);
  }
}
