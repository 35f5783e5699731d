package dev.countermark.format.swift.signature;

/** Bytes that Swift clients do not take for a signature; the message says why, in one sentence. */
public final class MalformedSignatureException extends Exception {
  public MalformedSignatureException(String message) {
    super(message);
  }

  public MalformedSignatureException(String message, Throwable cause) {
    super(message, cause);
  }
}
