package dev.countermark.keyservice.http;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.keyservice.AuditVerifier;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Verifies the audit chains and prints one line per chain and one per place that does not hold. */
@Command(
    name = "verify-audit",
    mixinStandardHelpOptions = true,
    description = "Verifies the audit chains; exits with 1 when one is broken.")
final class VerifyAuditCommand implements Callable<Integer> {
  private final Supplier<AuditVerifier> verifier;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "OWNER/REPOSITORY",
      description = "only this repository; all when left out")
  private String repository;

  @Option(
      names = "--recompute",
      description = "also make every signature again and compare (slower)")
  private boolean recompute;

  VerifyAuditCommand(Supplier<AuditVerifier> verifier) {
    this.verifier = verifier;
  }

  @Override
  public Integer call() {
    Optional<RepositoryName> only = Optional.empty();
    if (repository != null) {
      only = RepositoryName.parse(repository);
      if (only.isEmpty()) {
        throw new CommandLine.ParameterException(
            spec.commandLine(), repository + " is not owner/repository");
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    long breaks = verifier.get().verify(only, recompute, new Lines(out));
    out.println(breaks == 0 ? "every chain holds" : breaks + " places do not hold");
    out.flush();
    return breaks == 0 ? 0 : 1;
  }

  private record Lines(PrintWriter out) implements AuditVerifier.Report {
    @Override
    public void broken(AuditVerifier.Break found) {
      out.println("BROKEN " + found.chain() + ": " + found.what());
    }

    @Override
    public void read(AuditVerifier.Chain chain) {
      out.printf(
          "%-6s %s: %d records, %d signatures, head %s%n",
          chain.breaks() == 0 ? "ok" : "BROKEN",
          chain.name(),
          chain.length(),
          chain.signatures(),
          chain.head());
    }
  }
}
