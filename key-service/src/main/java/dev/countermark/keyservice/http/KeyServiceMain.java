package dev.countermark.keyservice.http;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Without arguments the service, else one of the {@link KeyServiceCommands}. */
@QuarkusMain
public class KeyServiceMain {
  public static void main(String... args) {
    if (args.length == 0) {
      Quarkus.run(args);
      return;
    }
    // The command must not take the port of a service that runs beside it, nor chat on standard
    // out.
    System.setProperty("quarkus.http.host-enabled", "false");
    System.setProperty("quarkus.log.console.stderr", "true");
    System.setProperty("quarkus.banner.enabled", "false");
    System.setProperty("quarkus.log.level", "WARN");
    Quarkus.run(Command.class, args);
  }

  /** The command line, run inside the wired application. */
  public static final class Command implements QuarkusApplication {
    private final KeyServiceCommands commands;

    Command(KeyServiceCommands commands) {
      this.commands = commands;
    }

    @Override
    public int run(String... args) {
      return commands.execute(args);
    }
  }
}
