package dev.countermark.bench;

import java.util.Comparator;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Runs the benchmark that is named, and ends with one line: a JSON object of every figure. */
@Command(
    name = "bench",
    description = "Runs a benchmark; its last line is one JSON object.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "NAME",
    commandListHeading = "%nBenchmarks:%n")
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    ServiceLoader.load(Benchmark.class).stream()
        .map(provider -> new CommandLine(provider.get()))
        .sorted(Comparator.comparing(CommandLine::getCommandName))
        .forEach(benchmark -> line.addSubcommand(benchmark));
    return line;
  }
}
