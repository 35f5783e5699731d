package dev.countermark.ctl.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.countermark.contracts.RepositoryName;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code repositories}: what packages lie in. */
@Command(
    name = "repositories",
    description = "Makes, configures, shows and deletes repositories.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      RepositoriesCommand.Listed.class,
      RepositoriesCommand.Create.class,
      RepositoriesCommand.Show.class,
      RepositoriesCommand.Delete.class
    })
public final class RepositoriesCommand {
  private static final String REPOSITORIES = "/api/v1/repositories";
  private static final ObjectMapper JSON = new ObjectMapper();

  private RepositoriesCommand() {}

  static String path(RepositoryName repository) {
    return REPOSITORIES + "/" + repository;
  }

  @Command(
      name = "list",
      description = "Lists those that the token manages.",
      mixinStandardHelpOptions = true)
  static final class Listed extends OnPlatform {
    @Override
    int run(Remote platform, PrintWriter out) {
      List<JsonNode> all = Pages.all(platform, REPOSITORIES + "?n=200", "repositories", "last");
      return show(out, all, "repository", "createdAt", "changedBy");
    }
  }

  /** One repository. */
  private abstract static class OfOne extends OnPlatform {
    @Parameters(paramLabel = "REPOSITORY", description = "owner/name")
    private RepositoryName repository;

    final String name() {
      return repository.toString();
    }

    final String path() {
      return RepositoriesCommand.path(repository);
    }

    /** Settings are told as {@code --set} takes them. */
    final int shown(PrintWriter out, JsonNode answer) {
      if (json()) {
        Told.json(out, answer);
      } else {
        ObjectNode head = answer.deepCopy();
        head.remove("settings");
        Told.members(out, head);
        answer
            .path("settings")
            .properties()
            .forEach(format -> Told.members(out, format.getKey() + ".", format.getValue()));
      }
      return ExitCodes.OK;
    }
  }

  @Command(
      name = "show",
      description = "Shows the settings of a repository.",
      mixinStandardHelpOptions = true)
  static final class Show extends OfOne {
    @Override
    int run(Remote platform, PrintWriter out) {
      return shown(out, platform.get(path()));
    }
  }

  @Command(
      name = "create",
      description = {
        "Makes a repository, or gives one that is there the settings that are said; those that are"
            + " not said get their defaults.",
        "Without --set and --settings a repository that is there stays as it is."
      },
      mixinStandardHelpOptions = true)
  static final class Create extends OfOne {
    @Option(
        names = "--settings",
        paramLabel = "FILE",
        description = "JSON as show --json prints it.")
    private Path file;

    @Option(
        names = "--set",
        paramLabel = "FORMAT.NAME=VALUE",
        description = "A setting, called as show calls it; may be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Override
    int run(Remote platform, PrintWriter out) {
      ObjectNode body = body();
      Optional<JsonNode> before = platform.find(path());
      boolean stays = before.isPresent() && file == null && settings.isEmpty();
      JsonNode now = stays ? before.get() : platform.put(path(), body);
      shown(out, now);
      if (!json()) {
        out.println(
            name()
                + (before.isEmpty()
                    ? " is made; a token for it: countermark-ctl tokens create "
                        + name()
                        + " --scope push"
                    : stays ? " is there already, and stays as it is" : " is configured"));
      }
      return ExitCodes.OK;
    }

    private ObjectNode body() {
      ObjectNode body = file == null ? JSON.createObjectNode() : read(file);
      settings.forEach(
          (name, value) -> {
            int dot = name.indexOf('.');
            if (dot < 1) {
              throw RemoteException.usage(
                  name + " is no setting: FORMAT.NAME, as repositories show calls it");
            }
            body.withObjectProperty("settings")
                .withObjectProperty(name.substring(0, dot))
                .set(name.substring(dot + 1), value(value));
          });
      return body;
    }

    private static ObjectNode read(Path file) {
      try {
        if (JSON.readTree(Files.readString(file)) instanceof ObjectNode object) {
          return object;
        }
      } catch (JsonProcessingException e) {
        // Said below: the message would quote the file.
      } catch (IOException e) {
        throw Settings.unreadable(file, e);
      }
      throw RemoteException.usage(file + " holds no JSON object, as show --json prints it");
    }

    /** What is no JSON is text. */
    private static JsonNode value(String text) {
      try {
        return JSON.readTree(text);
      } catch (JsonProcessingException e) {
        return TextNode.valueOf(text);
      }
    }
  }

  @Command(
      name = "delete",
      description =
          "Deletes a repository with its packages, settings and tokens; its keys are kept.",
      mixinStandardHelpOptions = true)
  static final class Delete extends OfOne {
    @Mixin private Consent consent;

    @Override
    int run(Remote platform, PrintWriter out) {
      consent.require("deletes " + name() + " with all its packages, for good", name());
      platform.delete(path());
      return done(out, "repository", name(), "deleted");
    }
  }
}
