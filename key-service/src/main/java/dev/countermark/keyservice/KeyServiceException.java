package dev.countermark.keyservice;

/** A call that was refused, or cannot be answered until an operator looks. Never holds secrets. */
public final class KeyServiceException extends RuntimeException {
  /** Why. */
  public enum Code {
    /** The request itself is wrong. */
    INVALID_REQUEST,
    /** No client, or not the one it says. */
    UNAUTHENTICATED,
    /** The client may not do this, or not for this purpose. */
    DENIED,
    /** There is no such thing. */
    NOT_FOUND,
    /** It does not fit the state of the key. */
    CONFLICT,
    /** The audit chain is broken; nothing is signed until an operator has looked at it. */
    AUDIT_BROKEN,
    /** A key record was altered, or belongs to another root secret. */
    RECORD_UNUSABLE
  }

  private final Code code;

  public KeyServiceException(Code code, String detail) {
    this(code, detail, null);
  }

  public KeyServiceException(Code code, String detail, Throwable cause) {
    super(detail, cause);
    this.code = code;
  }

  public Code code() {
    return code;
  }
}
