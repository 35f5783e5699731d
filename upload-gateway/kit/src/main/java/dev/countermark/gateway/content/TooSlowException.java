package dev.countermark.gateway.content;

import java.io.IOException;

/** A client sends, or reads, fewer bytes a second than a transfer must have. */
public final class TooSlowException extends IOException {
  public TooSlowException(long rate) {
    super("at least " + rate + " bytes a second are due");
  }
}
