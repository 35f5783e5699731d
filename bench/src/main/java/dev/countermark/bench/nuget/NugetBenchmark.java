package dev.countermark.bench.nuget;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.bench.Benchmark;
import dev.countermark.bench.Target;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench nuget}. */
@Command(
    name = "nuget",
    description =
        "Signing of packages, against \"dotnet nuget sign\" and the bare minimum of work.",
    mixinStandardHelpOptions = true)
public final class NugetBenchmark implements Benchmark {
  @Option(
      names = "--packages",
      paramLabel = "N",
      description = "Packages per measurement (default: ${DEFAULT-VALUE}).")
  private int packages = 1_000;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      description = "Packages before that (default: ${DEFAULT-VALUE}).")
  private int warmUp = 20_000;

  @Option(
      names = "--large",
      description = "Instead, one package of 1 GiB and what its signature takes.")
  private boolean large;

  @Override
  public Target open() throws IOException {
    return large ? NugetLargeBench.open() : Benchmark.super.open();
  }

  @Override
  public ObjectNode measure(Target target) throws IOException {
    return large ? NugetLargeBench.run(target) : new NugetBench(target, packages, warmUp / 2).run();
  }
}
