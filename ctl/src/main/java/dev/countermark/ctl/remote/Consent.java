package dev.countermark.ctl.remote;

import java.io.Console;
import picocli.CommandLine.Option;

/** What cannot be undone is done when somebody says so twice. */
final class Consent {
  @Option(names = "--yes", description = "Does it without asking.")
  private boolean given;

  /**
   * @param what would be done
   * @param name that must be typed
   * @throws RemoteException when it is not wanted
   */
  void require(String what, String name) {
    if (given) {
      return;
    }
    Console terminal = System.console();
    if (terminal == null) {
      throw RemoteException.usage("this " + what + ": say --yes");
    }
    String typed = terminal.readLine("This %s. To go on type %s: ", what, name);
    if (typed == null || !typed.strip().equals(name)) {
      throw RemoteException.usage("nothing is done");
    }
  }
}
