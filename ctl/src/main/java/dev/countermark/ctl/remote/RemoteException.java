package dev.countermark.ctl.remote;

/** The platform did not do what it was asked for; the message says what to do next. */
public final class RemoteException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int exitCode;

  private RemoteException(int exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  static RemoteException refused(String message) {
    return new RemoteException(ExitCodes.REFUSED, message, null);
  }

  static RemoteException usage(String message) {
    return new RemoteException(ExitCodes.USAGE, message, null);
  }

  static RemoteException away(String message, Throwable cause) {
    return new RemoteException(ExitCodes.AWAY, message, cause);
  }

  /** For the shell. */
  public int exitCode() {
    return exitCode;
  }
}
