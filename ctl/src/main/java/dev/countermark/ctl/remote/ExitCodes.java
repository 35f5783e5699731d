package dev.countermark.ctl.remote;

/** What commands against a platform return to the shell. */
final class ExitCodes {
  static final int OK = 0;

  /** The platform refused it, or what was waited for did not go well. */
  static final int REFUSED = 1;

  /** The command line, or what it names, is wrong. */
  static final int USAGE = 2;

  /** The platform cannot be reached, or does not answer. */
  static final int AWAY = 3;

  /** What was asked about is not decided yet. */
  static final int PENDING = 4;

  private ExitCodes() {}
}
