package dev.countermark.bench.resync;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.bench.Benchmark;
import dev.countermark.bench.Target;
import java.io.IOException;
import java.util.List;
import java.util.ServiceLoader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench resync}. */
@Command(
    name = "resync",
    description =
        "Campaigns over many packages: their pace by size, what uploads feel of them, and one that"
            + " has nothing to do.",
    mixinStandardHelpOptions = true)
public final class ResyncBenchmark implements Benchmark {
  @Option(
      names = "--packages",
      paramLabel = "N",
      description = "Packages of the large repository of each format (default: ${DEFAULT-VALUE}).")
  private int packages = 20_000;

  @Option(
      names = "--small",
      paramLabel = "N",
      description = "Packages of the small one (default: ${DEFAULT-VALUE}).")
  private int small = 1_000;

  @Option(
      names = "--format",
      paramLabel = "LABEL",
      description = "Only this format; may be repeated (default: all).")
  private List<String> formats = List.of();

  @Override
  public ObjectNode measure(Target target) throws IOException {
    ObjectNode figures = JsonNodeFactory.instance.objectNode();
    figures.put("benchmark", "resync");
    figures.put("packages", packages);
    figures.put("small", small);
    figures.put("cores", Runtime.getRuntime().availableProcessors());
    for (ResyncedFormat format : ServiceLoader.load(ResyncedFormat.class)) {
      if (formats.isEmpty() || formats.contains(format.label())) {
        new ResyncBench(target, format, figures.putObject(format.label())).run(small, packages);
      }
    }
    return figures;
  }
}
