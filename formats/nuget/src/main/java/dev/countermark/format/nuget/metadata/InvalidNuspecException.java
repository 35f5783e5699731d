package dev.countermark.format.nuget.metadata;

/** The nuspec breaks a rule; the message is one line for whoever pushed the package. */
public final class InvalidNuspecException extends Exception {
  public InvalidNuspecException(String message) {
    super(message);
  }
}
