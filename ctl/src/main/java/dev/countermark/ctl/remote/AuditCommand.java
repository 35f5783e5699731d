package dev.countermark.ctl.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.RepositoryName;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code audit}: what the key service wrote down of all that it signed. */
@Command(
    name = "audit",
    description = "Verifies what the key service wrote down of all that it signed.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = AuditCommand.Verify.class)
public final class AuditCommand {
  private AuditCommand() {}

  @Command(
      name = "verify",
      description = {
        "Has the key service read its audit chains, and tells of each place that does not hold.",
        "Compare the heads with those of before: what is cut off the end leaves no other trace."
      },
      mixinStandardHelpOptions = true,
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:every chain holds",
        "1:one does not, or the key service refused it",
        "2:the command line, or the repository that it names, is wrong",
        "3:the key service cannot be reached, or broke off"
      })
  static final class Verify extends OnKeyService {
    @Parameters(
        arity = "0..1",
        paramLabel = "REPOSITORY",
        description = "owner/name; everything without.")
    private RepositoryName repository;

    @Option(
        names = "--recompute",
        description = "Also makes every signature again and compares; slower.")
    private boolean recompute;

    @Override
    int run(Remote keys, PrintWriter out) {
      List<String> query = new ArrayList<>();
      if (repository != null) {
        query.add("repository=" + repository);
      }
      if (recompute) {
        query.add("recompute=true");
      }
      JsonNode[] end = new JsonNode[1];
      keys.lines(
          "/v1/audit:verify" + (query.isEmpty() ? "" : "?" + String.join("&", query)),
          line -> {
            tell(out, line);
            end[0] = line;
          });
      if (end[0] == null || !end[0].has("chains")) {
        throw RemoteException.away("the key service broke off, so that nothing is proved", null);
      }
      if (repository != null && end[0].path("chains").asLong() == 0) {
        throw RemoteException.usage(
            "there is no audit chain of " + repository + ": it never had a key");
      }
      return end[0].path("breaks").asLong() == 0 ? ExitCodes.OK : ExitCodes.REFUSED;
    }

    private void tell(PrintWriter out, JsonNode line) {
      if (json()) {
        Told.json(out, line);
      } else if (line.has("broken")) {
        out.println(
            "BROKEN " + Told.text(line.path("chain")) + ": " + Told.text(line.path("broken")));
      } else if (line.has("chain")) {
        out.println(
            (line.path("breaks").asLong() == 0 ? "ok     " : "BROKEN ")
                + Told.text(line.path("chain"))
                + ": "
                + line.path("records").asText()
                + " records, "
                + line.path("signatures").asText()
                + " signatures, head "
                + Told.text(line.path("head")));
      } else {
        out.println(
            line.path("chains").asLong() == 0
                ? "there is no chain"
                : line.path("breaks").asLong() == 0
                    ? "every chain holds"
                    : line.path("breaks").asText()
                        + " places do not hold: keep the bucket as it is, and find out who could write"
                        + " to it");
      }
    }
  }
}
