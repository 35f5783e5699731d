package dev.countermark.conformance;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A part of a platform that stands still, as on a machine that has no time for it. */
public final class PausedPart implements AutoCloseable {
  private final long process;

  /** Stops it (SIGSTOP) until this is closed. */
  public PausedPart(Platform platform, String part) {
    this.process = platform.process(part);
    signal("-STOP").succeeded();
  }

  private Command.Result signal(String signal) {
    return Command.run(
        Path.of("."),
        Map.of(),
        Duration.ofSeconds(10),
        List.of("kill", signal, Long.toString(process)));
  }

  /** One that was killed meanwhile is gone. */
  @Override
  public void close() {
    var unused = signal("-CONT");
  }
}
