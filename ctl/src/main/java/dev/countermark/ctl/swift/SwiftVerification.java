package dev.countermark.ctl.swift;

import dev.countermark.ctl.VerifyCommand;
import java.time.Clock;
import java.util.concurrent.Callable;

/** Adds {@link VerifySwift}. */
public final class SwiftVerification implements VerifyCommand {
  @Override
  public Callable<Integer> command(Clock clock) {
    return new VerifySwift(clock);
  }
}
