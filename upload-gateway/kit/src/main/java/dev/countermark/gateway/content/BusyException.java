package dev.countermark.gateway.content;

/** More is under way than memory is set aside for: worth another try in a moment. */
public final class BusyException extends RuntimeException {
  public BusyException() {
    super("too many transfers at a time: try again in a moment");
  }
}
