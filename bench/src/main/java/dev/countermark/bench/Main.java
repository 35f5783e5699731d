package dev.countermark.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.contracts.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs the benchmark that is named, and ends with one line: a JSON object of every figure. */
public final class Main {
  private Main() {}

  public static void main(String[] args) throws Exception {
    if (!List.of(args).equals(List.of("oci"))) {
      System.err.println("usage: bench oci");
      System.exit(2);
    }
    Target target = Target.open();
    // Also when it is interrupted: the platform under load must not stay behind.
    Runtime.getRuntime().addShutdownHook(new Thread(target::close));
    ObjectNode figures = new OciBench(target).run();
    System.out.println(new String(Json.write(figures), StandardCharsets.UTF_8));
  }
}
