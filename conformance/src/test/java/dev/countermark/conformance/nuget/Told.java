package dev.countermark.conformance.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.conformance.Command;

/** What a client tells its user in the end. */
final class Told {
  private Told() {}

  static void assertSucceeded(Command.Result result) {
    assertThat(result.exitCode()).as(result::toString).isZero();
  }

  static void assertFailed(Command.Result result, String why) {
    assertThat(result.exitCode()).as(result::toString).isNotZero();
    assertThat(result.output()).contains(why);
  }
}
