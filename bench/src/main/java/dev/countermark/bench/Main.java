package dev.countermark.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.contracts.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs the benchmark that is named, and ends with one line: a JSON object of every figure. */
public final class Main {
  private Main() {}

  public static void main(String[] args) throws Exception {
    String name = args.length == 1 ? args[0] : "";
    if (!List.of("oci", "nuget", "nuget-large", "swift").contains(name)) {
      System.err.println("usage: bench oci|nuget|nuget-large|swift");
      System.exit(2);
    }
    Target target = name.equals("nuget-large") ? NugetLargeBench.open() : Target.open();
    // Also when it is interrupted: the platform under load must not stay behind.
    Runtime.getRuntime().addShutdownHook(new Thread(target::close));
    ObjectNode figures =
        switch (name) {
          case "oci" -> new OciBench(target).run();
          case "nuget" -> new NugetBench(target).run();
          case "swift" -> new SwiftBench(target).run();
          default -> NugetLargeBench.run(target);
        };
    System.out.println(new String(Json.write(figures), StandardCharsets.UTF_8));
  }
}
