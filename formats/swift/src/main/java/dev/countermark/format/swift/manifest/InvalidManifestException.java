package dev.countermark.format.swift.manifest;

/** The manifest cannot be served signed; the message is one sentence for the publisher. */
public final class InvalidManifestException extends Exception {
  public InvalidManifestException(String message) {
    super(message);
  }

  public InvalidManifestException(String message, Throwable cause) {
    super(message, cause);
  }
}
