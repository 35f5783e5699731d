package dev.countermark.ctl.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dead-letters}: what signers gave up. */
@Command(
    name = "dead-letters",
    description = "Shows what signers gave up, hands it in again, or has it gone.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DeadLettersCommand.Listed.class,
      DeadLettersCommand.Show.class,
      DeadLettersCommand.Replay.class,
      DeadLettersCommand.Discard.class
    })
public final class DeadLettersCommand {
  private static final String LETTERS = "/api/v1/dead-letters";

  private DeadLettersCommand() {}

  /** Which letters are meant. */
  private static final class Filter {
    @Option(names = "--format", description = "Only about packages of this format.")
    private String format;

    @Option(names = "--code", description = "Only those given up for this.")
    private String code;

    @Option(names = "--repository", description = "Only about packages of owner/name.")
    private String repository;

    Map<String, String> asked() {
      Map<String, String> asked = new LinkedHashMap<>();
      put(asked, "format", format);
      put(asked, "code", code);
      put(asked, "repository", repository);
      return asked;
    }

    private static void put(Map<String, String> into, String member, String value) {
      if (value != null) {
        into.put(member, value);
      }
    }
  }

  @Command(name = "list", description = "Lists letters.", mixinStandardHelpOptions = true)
  static final class Listed extends OnPlatform {
    @Mixin private Filter filter;

    @Override
    int run(Remote platform, PrintWriter out) {
      StringBuilder query = new StringBuilder("?n=200");
      filter.asked().forEach((name, value) -> query.append("&" + name + "=" + Told.encoded(value)));
      List<JsonNode> all = Pages.all(platform, LETTERS + query, "letters");
      return show(out, all, "id", "code", "attempts", "format", "repository", "package", "detail");
    }
  }

  @Command(
      name = "show",
      description = "Shows a letter with what was given up.",
      mixinStandardHelpOptions = true)
  static final class Show extends OnPlatform {
    @Parameters(paramLabel = "LETTER", description = "Its id.")
    private String letter;

    @Override
    int run(Remote platform, PrintWriter out) {
      return show(out, platform.get(LETTERS + "/" + Told.encoded(letter)));
    }
  }

  /** Does something with one or with all that are meant. */
  private abstract static class Doing extends OnPlatform {
    @Parameters(arity = "0..1", paramLabel = "LETTER", description = "Its id; or use --all.")
    private String letter;

    @Option(names = "--all", description = "All that the other options mean.")
    private boolean all;

    @Mixin private Filter filter;

    abstract String action();

    /** Asks whether all of them are meant. */
    void requireConsent() {}

    @Override
    final int run(Remote platform, PrintWriter out) {
      if (all == (letter != null)) {
        throw RemoteException.usage("give a LETTER, or --all");
      }
      int done = 1;
      if (letter != null) {
        platform.post(LETTERS + "/" + Told.encoded(letter) + ":" + action(), Map.of());
      } else {
        requireConsent();
        done = all(platform);
      }
      if (json()) {
        Told.json(out, JsonNodeFactory.instance.objectNode().put("done", done));
      } else {
        out.println(done + (done == 1 ? " letter: " : " letters: ") + action() + " done");
      }
      return ExitCodes.OK;
    }

    private int all(Remote platform) {
      int done = 0;
      Map<String, String> asked = filter.asked();
      JsonNode some;
      do {
        some = platform.post(LETTERS + ":" + action(), asked);
        done += some.path("done").asInt();
        asked.put("cursor", some.path("next").asText());
      } while (some.has("next"));
      return done;
    }
  }

  @Command(
      name = "replay",
      description = "Hands letters in again.",
      mixinStandardHelpOptions = true)
  static final class Replay extends Doing {
    @Override
    String action() {
      return "replay";
    }
  }

  @Command(name = "discard", description = "Has letters gone.", mixinStandardHelpOptions = true)
  static final class Discard extends Doing {
    @Mixin private Consent consent;

    @Override
    void requireConsent() {
      consent.require("discards every letter that is meant, for good", "discard");
    }

    @Override
    String action() {
      return "discard";
    }
  }
}
