package dev.countermark.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.contracts.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;

/**
 * What is claimed of one format's speed, and how that is measured: a picocli command with its name
 * and its options. Found by {@link java.util.ServiceLoader}.
 */
public interface Benchmark extends Callable<Integer> {
  /** The platform that is measured. */
  default Target open() throws IOException {
    return Target.open();
  }

  /** Every figure, with its name. */
  ObjectNode measure(Target target) throws IOException;

  @Override
  default Integer call() throws IOException {
    Target target = open();
    // Also when it is interrupted: the platform under load must not stay behind.
    Runtime.getRuntime().addShutdownHook(new Thread(target::close));
    ObjectNode figures = measure(target);
    System.out.println(new String(Json.write(figures), StandardCharsets.UTF_8));
    return 0;
  }
}
