package dev.countermark.keyservice.http;

import dev.countermark.blobs.BlobStore;
import dev.countermark.keyservice.AuditVerifier;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What an operator runs beside the service. */
@Singleton
final class KeyServiceCommands {
  private final Instance<AuditVerifier> verifier;
  private final BlobStore store;
  private final KeyServiceConfig config;

  /**
   * @param verifier made when it is needed: before a rewrap there is none
   */
  KeyServiceCommands(Instance<AuditVerifier> verifier, BlobStore store, KeyServiceConfig config) {
    this.verifier = verifier;
    this.store = store;
    this.config = config;
  }

  /**
   * @return 0 when it is done and all is well, 1 when not, 2 for wrong arguments
   */
  int execute(String... args) {
    return commandLine().execute(args);
  }

  CommandLine commandLine() {
    return new CommandLine(new Choice())
        .addSubcommand(new VerifyAuditCommand(verifier::get))
        .addSubcommand(new RewrapCommand(store, () -> Wiring.rootSecret(config)))
        .setExecutionExceptionHandler(
            (e, line, parsed) -> {
              line.getErr().println(line.getCommandName() + ": " + e.getMessage());
              return 1;
            });
  }

  @Command(name = "key-service", subcommands = CommandLine.HelpCommand.class)
  private static final class Choice implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "a command is needed: verify-audit or rewrap");
    }
  }
}
