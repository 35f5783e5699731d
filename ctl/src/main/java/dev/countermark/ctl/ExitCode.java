package dev.countermark.ctl;

/** What a command returns to the shell. */
final class ExitCode {
  static final int OK = 0;

  /** At least one package has a finding of severity error. */
  static final int REFUSED = 1;

  /** The command line is wrong, or a file cannot be read. */
  static final int NO_JUDGEMENT = 2;

  private ExitCode() {}
}
