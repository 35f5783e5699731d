package dev.countermark.ctl.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.contracts.RepositoryName;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keys}: what signs, at the key service. */
@Command(
    name = "keys",
    description = "Lists, rotates and revokes the keys of a repository, at the key service.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {KeysCommand.Listed.class, KeysCommand.Rotate.class, KeysCommand.Revoke.class})
public final class KeysCommand {
  private KeysCommand() {}

  /** Of one repository. */
  private abstract static class OfOne extends OnKeyService {
    @Parameters(paramLabel = "REPOSITORY", description = "owner/name")
    private RepositoryName repository;

    final RepositoryName repository() {
      return repository;
    }

    final String path() {
      return "/v1/repositories/" + repository + "/keys";
    }

    /** The versions of all keys, or of one. */
    final List<JsonNode> versions(Remote keys, String purpose) {
      List<JsonNode> all = new ArrayList<>();
      for (JsonNode key : keys.get(path()).path("keys")) {
        if (purpose == null || key.path("purpose").asText().equals(purpose)) {
          for (JsonNode version : key.path("versions")) {
            ObjectNode row = version.deepCopy();
            all.add(row.set("purpose", key.path("purpose")));
          }
        }
      }
      return all;
    }
  }

  @Command(
      name = "list",
      description =
          "Lists the versions of keys: what signs, what did, what will, what was revoked.",
      mixinStandardHelpOptions = true)
  static final class Listed extends OfOne {
    @Option(names = "--purpose", description = "Only the key of this format.")
    private String purpose;

    @Override
    int run(Remote keys, PrintWriter out) {
      List<JsonNode> versions = versions(keys, purpose);
      if (json()) {
        versions.forEach(version -> Told.json(out, version));
      } else {
        Told.table(
            out,
            versions,
            "purpose",
            "version",
            "state",
            "since",
            "signsFrom",
            "certificateEnds",
            "fingerprint");
      }
      return ExitCodes.OK;
    }
  }

  /** One key. */
  private abstract static class OfKey extends OfOne {
    @Option(names = "--purpose", required = true, description = "The format that it signs.")
    private String purpose;

    final String purpose() {
      return purpose;
    }

    final String key() {
      return path() + "/" + Told.encoded(purpose);
    }

    final JsonNode rotate(Remote keys, boolean immediately) {
      return keys.post(key() + ":rotate" + (immediately ? "?immediately=true" : ""));
    }

    /** The answer, and what to do with it. */
    final int done(PrintWriter out, JsonNode version, String what) {
      if (json()) {
        Told.json(out, version);
        return ExitCodes.OK;
      }
      out.println(
          purpose + " version " + version.path("version").asText() + " of " + repository() + what);
      out.println("fingerprint: " + Told.text(version.path("fingerprint")));
      out.println(
          "next"
              + (version.path("current").asBoolean(true) ? "" : ", when it signs")
              + ": countermark-ctl resync start "
              + repository()
              + " --format "
              + purpose
              + " --watch");
      out.println("what consumers have to do: docs/formats/" + purpose + ".md");
      return ExitCodes.OK;
    }
  }

  @Command(
      name = "rotate",
      description = "Has a new version follow the one that signs.",
      mixinStandardHelpOptions = true)
  static final class Rotate extends OfKey {
    @Option(
        names = "--immediately",
        description = "At once, whether clients know the new one or not: the key has leaked.")
    private boolean immediately;

    @Override
    int run(Remote keys, PrintWriter out) {
      JsonNode next = rotate(keys, immediately);
      return done(
          out,
          next,
          next.path("current").asBoolean()
              ? " signs now"
              : " signs from " + Told.text(next.path("activeFrom")) + " on: clients learn of it");
    }
  }

  @Command(
      name = "revoke",
      description = "Marks a version as no longer to be trusted, for good.",
      mixinStandardHelpOptions = true)
  static final class Revoke extends OfKey {
    @Option(names = "--version", required = true, paramLabel = "N", description = "Which one.")
    private int version;

    @Option(
        names = "--immediately",
        description = "Where it is the one that signs: another one does before, at once.")
    private boolean immediately;

    @Mixin private Consent consent;

    @Override
    int run(Remote keys, PrintWriter out) {
      String name = repository() + "/" + purpose() + "/" + version;
      consent.require("revokes the key " + name + ": what it signed is void, for good", name);
      if (immediately && isCurrent(keys)) {
        rotate(keys, true);
      }
      return done(out, keys.post(key() + "/" + version + ":revoke"), " is revoked");
    }

    private boolean isCurrent(Remote keys) {
      return versions(keys, purpose()).stream()
          .anyMatch(
              v ->
                  v.path("version").asInt() == version
                      && v.path("state").asText().equals("current"));
    }
  }
}
