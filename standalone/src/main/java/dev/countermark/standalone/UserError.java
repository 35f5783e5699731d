package dev.countermark.standalone;

/** Something the user can put right; the message says how. Printed without a stack trace. */
public final class UserError extends RuntimeException {
  public UserError(String message) {
    super(message);
  }
}
