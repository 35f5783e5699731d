package dev.countermark.ctl;

import java.time.Clock;
import java.util.concurrent.Callable;

/**
 * How packages of a format are verified on the command line. Found by {@link
 * java.util.ServiceLoader}.
 */
public interface VerifyCommand {
  /**
   * A picocli command with a name, for {@code countermark-ctl verify NAME}; it returns what {@link
   * Judging#all} does.
   *
   * @param clock that tells when packages are verified
   */
  Callable<Integer> command(Clock clock);
}
