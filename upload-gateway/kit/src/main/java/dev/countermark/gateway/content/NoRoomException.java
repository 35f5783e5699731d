package dev.countermark.gateway.content;

import java.io.IOException;

/** The local disk takes no more of what is being received. */
public final class NoRoomException extends IOException {
  public NoRoomException(String message, IOException cause) {
    super(message, cause);
  }
}
