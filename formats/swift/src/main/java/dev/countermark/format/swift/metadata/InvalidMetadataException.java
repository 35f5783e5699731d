package dev.countermark.format.swift.metadata;

/** Clients could not read the metadata; the message is one sentence for the publisher. */
public final class InvalidMetadataException extends Exception {
  public InvalidMetadataException(String message) {
    super(message);
  }

  public InvalidMetadataException(String message, Throwable cause) {
    super(message, cause);
  }
}
