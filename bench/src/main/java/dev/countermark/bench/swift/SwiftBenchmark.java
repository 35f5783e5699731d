package dev.countermark.bench.swift;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.bench.Benchmark;
import dev.countermark.bench.Target;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench swift}. */
@Command(
    name = "swift",
    description = "Publishing and signing of releases, against a client that signs itself.",
    mixinStandardHelpOptions = true)
public final class SwiftBenchmark implements Benchmark {
  @Option(
      names = "--packages",
      paramLabel = "N",
      description = "Releases per measurement (default: ${DEFAULT-VALUE}).")
  private int releases = 300;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      description = "Releases before that (default: ${DEFAULT-VALUE}).")
  private int warmUp = 6_000;

  @Override
  public ObjectNode measure(Target target) throws IOException {
    return new SwiftBench(target, releases, warmUp).run();
  }
}
