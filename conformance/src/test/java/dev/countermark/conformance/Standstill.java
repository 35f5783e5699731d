package dev.countermark.conformance;

import java.time.Duration;
import java.util.Map;

/** A platform of this run that is stopped, and started again on the same ports when this ends. */
final class Standstill implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(8);

  private final Platform platform;

  Standstill(Platform platform) {
    this.platform = platform;
    var unused = platform.launch("stop").succeeded();
  }

  @Override
  public void close() {
    Platform.launcher(
            ProjectFiles.root(),
            LIMIT,
            Platform.shortLived(Map.of()),
            "--detach",
            "--data",
            platform.requireData().toString(),
            "--port",
            Integer.toString(platform.url().getPort()))
        .succeeded();
  }
}
