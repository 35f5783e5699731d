package dev.countermark.format.nuget.ingest;

/** The package is not taken; the message is one line for whoever pushed it. */
public final class RefusedPackageException extends Exception {
  public RefusedPackageException(String message) {
    super(message);
  }

  public RefusedPackageException(String message, Throwable cause) {
    super(message, cause);
  }
}
