package dev.countermark.bench.oci;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.bench.Benchmark;
import dev.countermark.bench.Target;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code bench oci}. */
@Command(
    name = "oci",
    description = "Signing and pushing images, against cosign and docker-registry.",
    mixinStandardHelpOptions = true)
public final class OciBenchmark implements Benchmark {
  @Override
  public ObjectNode measure(Target target) throws IOException {
    return new OciBench(target).run();
  }
}
