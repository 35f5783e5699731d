package dev.countermark.bench.oci;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.bench.Benchmark;
import dev.countermark.bench.Target;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench slow}. */
@Command(
    name = "slow",
    description =
        "What clients feel of slow ones beside them, and what the gateway holds for those.",
    mixinStandardHelpOptions = true)
public final class SlowBenchmark implements Benchmark {
  @Option(
      names = "--peers",
      paramLabel = "N",
      description = "Slow readers, and as many slow writers (default: ${DEFAULT-VALUE}).")
  private int peers = 2_000;

  @Override
  public ObjectNode measure(Target target) throws IOException {
    return new SlowBench(target, peers).run();
  }
}
