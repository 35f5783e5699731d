package dev.countermark.ctl;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.ctl.remote.AuditCommand;
import dev.countermark.ctl.remote.DeadLettersCommand;
import dev.countermark.ctl.remote.KeysCommand;
import dev.countermark.ctl.remote.RemoteException;
import dev.countermark.ctl.remote.RepositoriesCommand;
import dev.countermark.ctl.remote.ResyncCommand;
import dev.countermark.ctl.remote.StatusCommand;
import dev.countermark.ctl.remote.TokensCommand;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Comparator;
import java.util.ServiceLoader;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.TypeConversionException;

/** The command line of {@code countermark-ctl}. */
@Command(
    name = "countermark-ctl",
    description = "Verifies packages on this machine, and asks a platform for what it shall do.",
    mixinStandardHelpOptions = true,
    version = "Countermark 0.1.0",
    synopsisSubcommandLabel = "COMMAND")
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    CommandLine line = commandLine(Clock.systemUTC());
    line.setOut(writer(System.out));
    line.setErr(writer(System.err));
    System.exit(line.execute(args));
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  /**
   * @param clock that tells when packages are verified
   */
  public static CommandLine commandLine(Clock clock) {
    CommandLine verify = new CommandLine(new Verify());
    ServiceLoader.load(VerifyCommand.class, Main.class.getClassLoader()).stream()
        .map(provider -> new CommandLine(provider.get().command(clock)))
        .sorted(Comparator.comparing(CommandLine::getCommandName))
        .forEach(command -> verify.addSubcommand(command));
    CommandLine line = new CommandLine(new Main());
    line.addSubcommand(verify);
    line.addSubcommand(ResyncCommand.class);
    line.addSubcommand(DeadLettersCommand.class);
    line.addSubcommand(StatusCommand.class);
    line.addSubcommand(RepositoriesCommand.class);
    line.addSubcommand(TokensCommand.class);
    line.addSubcommand(KeysCommand.class);
    line.addSubcommand(AuditCommand.class);
    line.addSubcommand(AutoComplete.GenerateCompletion.class);
    line.registerConverter(
        RepositoryName.class,
        text ->
            RepositoryName.parse(text)
                .orElseThrow(() -> new TypeConversionException(text + " is not owner/name")));
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          if (failure instanceof RemoteException remote) {
            command.getErr().println("countermark-ctl: " + Printable.of(remote.getMessage()));
            return remote.exitCode();
          }
          if (failure instanceof UnreadableException) {
            command.getErr().println("countermark-ctl: " + failure.getMessage());
          } else {
            failure.printStackTrace(command.getErr());
          }
          return ExitCode.NO_JUDGEMENT;
        });
    return line;
  }

  @Command(
      name = "verify",
      description = "Verifies the signatures of packages.",
      mixinStandardHelpOptions = true,
      synopsisSubcommandLabel = "FORMAT",
      commandListHeading = "%nFormats:%n")
  static final class Verify {}
}
