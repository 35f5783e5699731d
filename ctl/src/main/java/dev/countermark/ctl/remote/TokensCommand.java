package dev.countermark.ctl.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.contracts.RepositoryName;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tokens}: what clients prove themselves with. */
@Command(
    name = "tokens",
    description = "Makes, lists and revokes tokens, of a repository or of the installation.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      TokensCommand.Create.class,
      TokensCommand.Listed.class,
      TokensCommand.Revoke.class
    })
public final class TokensCommand {
  private TokensCommand() {}

  private static String path(RepositoryName repository) {
    return repository == null ? "/api/v1/tokens" : RepositoriesCommand.path(repository) + "/tokens";
  }

  @Command(
      name = "create",
      description = {
        "Makes a token, and prints it: it is told once and never again.",
        "Of a repository with --scope; of the installation with --grant, or --administrator."
      },
      mixinStandardHelpOptions = true)
  static final class Create extends OnPlatform {
    @Parameters(arity = "0..1", paramLabel = "REPOSITORY", description = "owner/name")
    private RepositoryName repository;

    @Option(
        names = "--scope",
        description = "What it may do in the repository: pull, push, delete, admin; repeatable.")
    private List<String> scopes = List.of();

    @Option(
        names = "--grant",
        paramLabel = "REPOSITORIES=SCOPES",
        description = "What it may do where, such as acme/app,acme/tools-*=push; may be repeated.")
    private List<String> grants = List.of();

    @Option(names = "--administrator", description = "Everything everywhere.")
    private boolean administrator;

    @Option(
        names = "--expires",
        paramLabel = "TIME",
        description = "P90D, or 2027-01-31T12:00:00Z; default: never.")
    private String expires;

    @Option(names = "--description", description = "To recognise it.")
    private String description;

    @Option(
        names = "--output",
        paramLabel = "FILE",
        description = "A new file for the token, which only you can read; nothing prints it then.")
    private Path output;

    @Override
    int run(Remote platform, PrintWriter out) {
      Map<String, Object> order = order();
      // First: a token that cannot be kept would have to be revoked.
      Optional<SecretFile> file = Optional.ofNullable(output).map(SecretFile::make);
      JsonNode made;
      try {
        made = platform.post(path(repository), order);
      } catch (RemoteException e) {
        file.ifPresent(SecretFile::remove);
        throw e;
      }
      file.ifPresent(f -> f.write(made.path("token").asText()));
      if (json()) {
        ObjectNode told = made.deepCopy();
        file.ifPresent(f -> told.remove("token"));
        Told.json(out, told);
      } else {
        if (file.isEmpty()) {
          out.println(made.path("token").asText());
        }
        String id = (repository == null ? "" : repository + "/") + made.path("id").asText();
        err()
            .println(
                "token "
                    + Told.text(made.path("id"))
                    + (file.isPresent() ? " is in " + output : " is shown once")
                    + "; to end it: countermark-ctl tokens revoke "
                    + id);
      }
      return ExitCodes.OK;
    }

    private Map<String, Object> order() {
      if (repository == null ? !scopes.isEmpty() : administrator || !grants.isEmpty()) {
        throw RemoteException.usage(
            "--scope is for a REPOSITORY, --grant and --administrator are for none");
      }
      Map<String, Object> order = new LinkedHashMap<>();
      if (repository != null) {
        order.put("scopes", scopes);
      }
      if (!grants.isEmpty()) {
        order.put("grants", grants.stream().map(Create::grant).toList());
      }
      if (administrator) {
        order.put("administrator", true);
      }
      if (expires != null) {
        order.put("expires", expires);
      }
      if (description != null) {
        order.put("description", description);
      }
      return order;
    }

    private static Map<String, List<String>> grant(String text) {
      String[] sides = text.split("=", -1);
      if (sides.length != 2) {
        throw RemoteException.usage(text + " is no grant: such as acme/app,acme/tools-*=push");
      }
      Map<String, List<String>> grant = new LinkedHashMap<>();
      grant.put("repositories", List.of(sides[0].split(",")));
      grant.put("scopes", List.of(sides[1].split(",")));
      return grant;
    }
  }

  @Command(
      name = "list",
      description = "Lists tokens without their secrets, revoked ones too.",
      mixinStandardHelpOptions = true)
  static final class Listed extends OnPlatform {
    @Parameters(
        arity = "0..1",
        paramLabel = "REPOSITORY",
        description = "owner/name; those of the installation without.")
    private RepositoryName repository;

    @Override
    int run(Remote platform, PrintWriter out) {
      List<JsonNode> all = Pages.all(platform, path(repository) + "?n=200", "tokens", "last");
      List<String> columns = new ArrayList<>(List.of("id"));
      columns.addAll(repository == null ? List.of("administrator", "grants") : List.of("scopes"));
      columns.addAll(
          List.of("description", "createdBy", "createdAt", "expires", "lastUsedAt", "revokedAt"));
      return show(out, all, columns.toArray(String[]::new));
    }
  }

  @Command(
      name = "revoke",
      description = "Ends a token for good, on all replicas within seconds.",
      mixinStandardHelpOptions = true)
  static final class Revoke extends OnPlatform {
    @Parameters(
        paramLabel = "TOKEN",
        description = "Its name as logs tell it: owner/name/ID, or ID of the installation's.")
    private String token;

    @Override
    int run(Remote platform, PrintWriter out) {
      int slash = token.lastIndexOf('/');
      RepositoryName repository =
          slash < 0
              ? null
              : RepositoryName.parse(token.substring(0, slash))
                  .orElseThrow(
                      () -> RemoteException.usage(token + " is no token: owner/name/ID, or ID"));
      platform.delete(path(repository) + "/" + Told.encoded(token.substring(slash + 1)));
      return done(out, "token", token, "revoked");
    }
  }
}
