package dev.countermark.gateway.content;

/** More uploads are under way than memory is set aside for: worth another try in a moment. */
public final class BusyException extends RuntimeException {
  BusyException() {
    super("too many uploads at a time: try again in a moment");
  }
}
