package dev.countermark.conformance;

/**
 * Somebody with a released client who trusts what a repository published when he set it up, and
 * keeps what that client remembers.
 */
@FunctionalInterface
public interface Consumer {
  /**
   * Fetches and verifies a package anew.
   *
   * @param number as in {@link Packages}
   */
  Command.Result take(int number);
}
