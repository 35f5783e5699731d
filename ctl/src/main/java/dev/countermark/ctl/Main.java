package dev.countermark.ctl;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of {@code countermark-ctl}. */
@Command(
    name = "countermark-ctl",
    description = "Works with signed packages, on this machine alone.",
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
  static CommandLine commandLine(Clock clock) {
    CommandLine verify = new CommandLine(new Verify());
    verify.addSubcommand(new VerifyNupkg(clock));
    verify.addSubcommand(new VerifySwift(clock));
    CommandLine line = new CommandLine(new Main());
    line.addSubcommand(verify);
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
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
