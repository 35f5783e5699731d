package dev.countermark.ctl.remote;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that asks the key service. */
abstract class OnKeyService implements Callable<Integer> {
  @Mixin private KeysEndpoint endpoint;
  @Spec private CommandSpec spec;

  @Override
  public final Integer call() {
    return run(endpoint.open(), spec.commandLine().getOut());
  }

  /**
   * @return one of {@link ExitCodes}
   */
  abstract int run(Remote keys, PrintWriter out);

  final boolean json() {
    return endpoint.json();
  }
}
