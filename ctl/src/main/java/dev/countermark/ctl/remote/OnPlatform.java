package dev.countermark.ctl.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.countermark.ctl.Printable;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that asks the platform. */
abstract class OnPlatform implements Callable<Integer> {
  @Mixin private Endpoint endpoint;
  @Spec private CommandSpec spec;

  @Override
  public final Integer call() {
    return run(endpoint.open(), out());
  }

  /**
   * @return one of {@link ExitCodes}
   */
  abstract int run(Remote platform, PrintWriter out);

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** For what is not the answer. */
  final PrintWriter err() {
    return spec.commandLine().getErr();
  }

  final boolean json() {
    return endpoint.json();
  }

  /** Shows one thing. */
  final int show(PrintWriter out, JsonNode answer) {
    if (json()) {
      Told.json(out, answer);
    } else {
      Told.members(out, answer);
    }
    return ExitCodes.OK;
  }

  /**
   * Shows many.
   *
   * @param members of each, as columns
   */
  final int show(PrintWriter out, Iterable<JsonNode> all, String... members) {
    if (json()) {
      all.forEach(one -> Told.json(out, one));
    } else {
      Told.table(out, all, members);
    }
    return ExitCodes.OK;
  }

  /** Says that something was done which the platform has no words for. */
  final int done(PrintWriter out, String kind, String name, String what) {
    if (json()) {
      Told.json(out, JsonNodeFactory.instance.objectNode().put(kind, name).put("state", what));
    } else {
      out.println(kind + " " + Printable.of(name) + " is " + what);
    }
    return ExitCodes.OK;
  }
}
