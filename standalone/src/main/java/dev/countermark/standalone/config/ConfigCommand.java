package dev.countermark.standalone.config;

import dev.countermark.standalone.UserError;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./run config}. */
@Command(
    name = "config",
    description = "Looks at settings of services.",
    subcommands = ConfigCommand.Check.class)
public final class ConfigCommand {
  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  @Command(
      name = "check",
      description = {
        "Finds keys that do not exist, values that cannot be read and what is missing; ends with 1"
            + " when there is any. Values are not printed.",
        "Variables of the environment count as set."
      })
  static final class Check implements Callable<Integer> {
    @Parameters(
        paramLabel = "FILE",
        arity = "1..*",
        description = "Properties; several that a service reads together.")
    private List<Path> files;

    @Option(
        names = "--service",
        paramLabel = "SERVICE",
        description = "gateway, signer or key-service, whose keys must all be there and no others.")
    private String service;

    @Override
    public Integer call() {
      KnownKeys known = KnownKeys.load();
      if (service != null && !known.services().contains(service)) {
        throw new UserError("--service is one of " + String.join(", ", known.services()));
      }
      List<PropertiesFile> read = new ArrayList<>();
      for (Path file : files) {
        read.add(read(file));
      }
      List<String> findings =
          new ConfigCheck(known, Optional.ofNullable(service), System.getenv().keySet())
              .findings(read);
      findings.forEach(OUT::println);
      OUT.println(
          "countermark: " + (findings.isEmpty() ? "nothing wrong" : findings.size() + " wrong"));
      return findings.isEmpty() ? 0 : 1;
    }

    private static PropertiesFile read(Path file) {
      try {
        return PropertiesFile.read(file);
      } catch (IOException e) {
        throw new UserError("cannot read " + file + ": " + e);
      } catch (IllegalArgumentException e) {
        throw new UserError(e.getMessage());
      }
    }
  }
}
