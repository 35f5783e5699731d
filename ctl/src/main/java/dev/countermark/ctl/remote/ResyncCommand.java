package dev.countermark.ctl.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.RepositoryName;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code resync}: campaigns that bring signatures up to date. */
@Command(
    name = "resync",
    description = "Brings the signatures of many packages up to date.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ResyncCommand.Start.class,
      ResyncCommand.Listed.class,
      ResyncCommand.Show.class,
      ResyncCommand.Watch.class,
      ResyncCommand.Items.class,
      ResyncCommand.Pause.class,
      ResyncCommand.Resume.class,
      ResyncCommand.Cancel.class
    })
public final class ResyncCommand {
  private static final String RESYNCS = "/api/v1/resyncs";

  private ResyncCommand() {}

  /** Follows a campaign to its end. */
  private abstract static class Watching extends OnPlatform {
    final int watch(Remote platform, PrintWriter out, String campaign) {
      JsonNode last = new Progress(platform, out, !json()).watch(campaign);
      if (json()) {
        Told.json(out, last);
      }
      boolean well =
          last.path("state").asText().equals("done")
              && last.path("results").path("refused").asLong() == 0
              && last.path("results").path("dead-lettered").asLong() == 0;
      return well ? ExitCodes.OK : ExitCodes.REFUSED;
    }
  }

  @Command(
      name = "start",
      description = "Starts a campaign; without REPOSITORY and --owner of everything there is.",
      mixinStandardHelpOptions = true)
  static final class Start extends Watching {
    @Parameters(arity = "0..1", paramLabel = "REPOSITORY", description = "owner/name")
    private RepositoryName repository;

    @Option(names = "--owner", description = "All repositories of an owner.")
    private String owner;

    @Option(
        names = "--campaign",
        paramLabel = "ID",
        description = "The same again starts nothing; default: a new one.")
    private String campaign;

    @Option(names = "--format", description = "Only of this format; may be repeated.")
    private List<String> formats;

    @Option(names = "--mode", description = "ensure (default), rotate-archive or resign-all.")
    private String mode;

    @Option(names = "--reason", description = "For people.")
    private String reason;

    @Option(names = "--rate", paramLabel = "N", description = "Most packages per second.")
    private Integer rate;

    @Option(names = "--purl-prefix", description = "Only packages whose URLs begin so.")
    private String purlPrefix;

    @Option(names = "--pushed-after", paramLabel = "TIME", description = "ISO 8601.")
    private String pushedAfter;

    @Option(names = "--pushed-before", paramLabel = "TIME", description = "ISO 8601.")
    private String pushedBefore;

    @Option(names = "--key-version", description = "Only what this version of the key signed.")
    private Integer keyVersion;

    @Option(
        names = "--lacks",
        paramLabel = "FORM",
        description = "Only what lacks a form of signature: legacy, bundle, signature.")
    private String lacks;

    @Option(names = "--dry-run", description = "Only tells what would be.")
    private boolean dryRun;

    @Option(names = "--confirm", description = "Go on although it breaks clients.")
    private boolean confirm;

    @Option(names = "--watch", description = "Waits for its end and shows how far it has come.")
    private boolean watch;

    @Override
    int run(Remote platform, PrintWriter out) {
      Map<String, Object> order = new LinkedHashMap<>();
      put(order, "campaign", campaign);
      put(order, "owner", owner);
      put(order, "repository", repository);
      put(order, "formats", formats);
      put(order, "filter", filter());
      put(order, "mode", mode);
      put(order, "reason", reason);
      put(order, "rate", rate);
      put(order, "dryRun", dryRun ? true : null);
      put(order, "confirm", confirm ? true : null);
      JsonNode started = platform.post(RESYNCS, order);
      String id = started.path("campaign").asText();
      if (watch) {
        return watch(platform, out, id);
      }
      if (json()) {
        Told.json(out, started);
      } else {
        out.println("campaign " + id + " is " + started.path("state").asText());
        out.println("watch it: countermark-ctl resync watch " + id);
      }
      return ExitCodes.OK;
    }

    private Map<String, Object> filter() {
      Map<String, Object> filter = new LinkedHashMap<>();
      put(filter, "purlPrefix", purlPrefix);
      put(filter, "pushedAfter", pushedAfter);
      put(filter, "pushedBefore", pushedBefore);
      put(filter, "keyVersion", keyVersion);
      put(filter, "lacks", lacks);
      return filter.isEmpty() ? null : filter;
    }

    private static void put(Map<String, Object> into, String member, Object value) {
      if (value != null) {
        into.put(member, value);
      }
    }
  }

  @Command(
      name = "list",
      description = "Lists campaigns, ended ones included.",
      mixinStandardHelpOptions = true)
  static final class Listed extends OnPlatform {
    @Override
    int run(Remote platform, PrintWriter out) {
      List<JsonNode> all = Pages.all(platform, RESYNCS + "?n=200", "resyncs");
      return show(
          out, all, "campaign", "state", "mode", "repository", "planned", "done", "requestedAt");
    }
  }

  /** One campaign. */
  private abstract static class OfOne extends Watching {
    @Parameters(paramLabel = "CAMPAIGN", description = "Its id.")
    private String campaign;

    final String id() {
      return campaign;
    }

    final String path() {
      return RESYNCS + "/" + Told.encoded(campaign);
    }
  }

  @Command(
      name = "show",
      description = "Shows how far a campaign has come.",
      mixinStandardHelpOptions = true)
  static final class Show extends OfOne {
    @Override
    int run(Remote platform, PrintWriter out) {
      return show(out, platform.get(path()));
    }
  }

  @Command(
      name = "watch",
      description = "Waits for the end of a campaign and shows how far it has come.",
      mixinStandardHelpOptions = true)
  static final class Watch extends OfOne {
    @Override
    int run(Remote platform, PrintWriter out) {
      return watch(platform, out, id());
    }
  }

  @Command(
      name = "items",
      description = "Lists the packages of a campaign, and what came of each.",
      mixinStandardHelpOptions = true)
  static final class Items extends OfOne {
    @Option(
        names = "--state",
        description = "planned, changed, unchanged, refused, skipped or dead-lettered.")
    private String state;

    @Override
    int run(Remote platform, PrintWriter out) {
      String query = "?n=200" + (state == null ? "" : "&state=" + Told.encoded(state));
      List<JsonNode> all = Pages.all(platform, path() + "/items" + query, "items", "last");
      return show(out, all, "state", "format", "repository", "name", "code", "detail");
    }
  }

  @Command(name = "pause", description = "Lets a campaign rest.", mixinStandardHelpOptions = true)
  static final class Pause extends OfOne {
    @Override
    int run(Remote platform, PrintWriter out) {
      return show(out, platform.post(path() + ":pause", Map.of()));
    }
  }

  @Command(
      name = "resume",
      description = "Goes on with a campaign that rests.",
      mixinStandardHelpOptions = true)
  static final class Resume extends OfOne {
    @Override
    int run(Remote platform, PrintWriter out) {
      return show(out, platform.post(path() + ":resume", Map.of()));
    }
  }

  @Command(
      name = "cancel",
      description = "Ends a campaign for good; what signers have already is signed.",
      mixinStandardHelpOptions = true)
  static final class Cancel extends OfOne {
    @Override
    int run(Remote platform, PrintWriter out) {
      return show(out, platform.post(path() + ":cancel", Map.of()));
    }
  }
}
