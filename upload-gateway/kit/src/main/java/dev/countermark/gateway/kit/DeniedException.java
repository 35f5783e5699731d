package dev.countermark.gateway.kit;

/** A caller may not do what he asked for; the format says so in its own words. */
public final class DeniedException extends RuntimeException {
  /** Why. */
  public enum Reason {
    /** Credentials were given and are not valid; the message says how. */
    INVALID_CREDENTIALS,
    /** It takes credentials, and there are none. */
    NO_CREDENTIALS,
    /** The credentials allow reading, and no more. */
    READ_ONLY,
    /** The credentials are not for this repository. */
    FORBIDDEN,
    /** There is no such repository; told to those only who may use it. */
    UNKNOWN_REPOSITORY
  }

  private final Reason reason;

  DeniedException(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
