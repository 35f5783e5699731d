package dev.countermark.signing;

/** A delivered record that is not the event it should be. */
public final class MalformedEventException extends RuntimeException {
  /**
   * @param message what was expected and what was found; never the record's bytes
   */
  public MalformedEventException(String message, Throwable cause) {
    super(message, cause);
  }
}
