package dev.countermark.standalone;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows the platform: pushes, waits for the signatures, verifies them, and prints a table. */
@Command(
    name = "demo",
    description =
        "Pushes samples, waits until they are signed, verifies them; non-zero on failure.")
final class Demo implements Callable<Integer> {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Use the platform that runs there (default: start one on temporary data).")
  private Path data;

  @Override
  public Integer call() {
    return 1;
  }
}
