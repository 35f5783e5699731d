package dev.countermark.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Map;

/**
 * What one piece of work costs each part of the platform; unlike rates these figures mean something
 * on a busy machine, too.
 */
public final class ProcessorTimes {
  private final Target target;
  private final Map<String, Duration> before;

  private ProcessorTimes(Target target) {
    this.target = target;
    this.before = target.processorTimes();
  }

  public static ProcessorTimes from(Target target) {
    return new ProcessorTimes(target);
  }

  /** Adds what was spent since; nothing when the platform was not started here. */
  public void put(ObjectNode figures, String name, int pieces) {
    Map<String, Duration> after = target.processorTimes();
    if (after.isEmpty()) {
      return;
    }
    ObjectNode figure = figures.putObject(name);
    after.forEach(
        (part, time) ->
            figure.put(
                part,
                Say.rounded(
                    (double) time.minus(before.getOrDefault(part, time)).toMillis() / pieces)));
    Say.line("  processor milliseconds of each part: " + figure);
  }
}
