package dev.countermark.standalone.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Released clients that happen to be installed. */
public final class Clients {
  private static final long PATIENCE_SECONDS = 120;

  private Clients() {}

  /** What a client ended with; {@code -1} when it did not end in time. */
  public record Run(int exitCode, String output) {
    public boolean succeeded() {
      return exitCode == 0;
    }
  }

  static Optional<Path> onPath(String program) {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
      Path file = Path.of(folder, program);
      if (Files.isExecutable(file)) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  /** Runs a client to its end in a folder, where its output stays, too. */
  public static Run run(Path folder, Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Path log = Files.createTempFile(folder, "client-", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return new Run(-1, "no end");
    }
    return new Run(process.exitValue(), Files.readString(log));
  }
}
