package dev.countermark.ctl.nuget;

import dev.countermark.ctl.VerifyCommand;
import java.time.Clock;
import java.util.concurrent.Callable;

/** Adds {@link VerifyNupkg}. */
public final class NugetVerification implements VerifyCommand {
  @Override
  public Callable<Integer> command(Clock clock) {
    return new VerifyNupkg(clock);
  }
}
